import type { Plan, Step } from '../boot/index.ts';
import type { DryRunCall } from '../core/dry-run.ts';
import type { Output } from './output/output.ts';
import { t } from './text.ts';

/** Tells one thing that would be done. */
export function tellCall(output: Output, { kind, verb, name, command = [] }: DryRunCall): void {
  const text = verb === 'exec' ? t('dryRun.exec', { command: command.join(' ') }) : t(`dryRun.${verb}`);
  tell(output, kind, name, text);
}

/** Tells the steps of a plan that would be carried out, in their order. */
export function tellPlan(output: Output, plan: Plan): void {
  for (const warning of plan.warnings) output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  for (const step of plan.steps) {
    if (step.action !== 'keep') tell(output, step.kind, nameOf(step), t(`dryRun.${step.action}`));
    if (step.kind === 'container' && step.start && step.action !== 'start')
      tell(output, step.kind, step.name, t('dryRun.start'));
  }
  if (plan.unchanged) output.note(t('plan.unchanged', { project: plan.project }));
}

function nameOf(step: Step): string {
  if (step.kind === 'provider') return step.service;
  return step.kind === 'image' ? step.image : step.name;
}

function tell(output: Output, kind: Step['kind'], name: string, text: string): void {
  const id = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${name}`;
  if (output.progressAsJson) output.progressLine({ 'dry-run': true, id, status: 'Done', text });
  else output.note(t('dryRun.line', { what: id, text }));
}
