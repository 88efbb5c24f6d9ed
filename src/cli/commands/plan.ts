import type { Plan, Step } from '../../boot/index.ts';
import type { Invocation } from '../declaration.ts';
import { placed } from '../isolation.ts';
import { labelOf } from '../output/boot-progress.ts';
import type { Output } from '../output/output.ts';
import type { Style } from '../output/style.ts';
import { requireProject, requireProjectName } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { type PlanOptions, upPlanOptions } from './up-options.ts';

const styles: Readonly<Record<Step['action'], Style>> = {
  create: 'green',
  recreate: 'yellow',
  start: 'green',
  stop: 'red',
  pull: 'cyan',
  build: 'cyan',
  keep: 'dim',
  remove: 'red',
  up: 'green',
  down: 'red',
};
const signs: Readonly<Record<Step['action'], string>> = {
  create: '+',
  recreate: '~',
  start: '>',
  stop: 'x',
  pull: '<',
  build: '*',
  keep: '=',
  remove: '-',
  up: '>',
  down: '-',
};

/** Prints what `up` (or `down`) would do, and does nothing. */
export async function plan({ context, words, options }: Invocation<PlanOptions>): Promise<undefined> {
  const { output, signal } = context;
  const [verb = 'up', ...services] = words;
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  if (verb === 'down') {
    const scope = await requireProjectName(context);
    const chosen = services.length > 0 ? services : undefined;
    const project = scope.project ?? undefined;
    show(
      output,
      await boot.previewDown(backend, { projectName: scope.name, project, services: chosen, signal }),
    );
    return;
  }
  if (verb !== 'up') throw usage(t('plan.verb', { verb }), t('plan.verbFix'));
  const { project } = await placed(context, await requireProject(context, services), { effect: 'nothing' });
  const { environment } = project;
  const wishes = upPlanOptions(services, options, { globals: context.globals, environment });
  show(output, await boot.previewUp(backend, project, { ...wishes, signal }));
}

function show(output: Output, shown: Plan): void {
  if (output.json) {
    output.value(shown);
    return;
  }
  for (const warning of shown.warnings) output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  if (shown.unchanged) {
    output.line(t('plan.unchanged', { project: shown.project }));
    return;
  }
  const steps = new Map(shown.steps.map((step) => [step.id, step]));
  for (const [index, wave] of shown.waves.entries()) {
    output.line(output.paint('bold', t('plan.wave', { number: index + 1 })));
    for (const id of wave) {
      const step = steps.get(id);
      if (step !== undefined) output.line(`  ${stepLine(output, step, shown.project)}`);
    }
  }
}

function stepLine(output: Output, step: Step, project: string): string {
  const { action } = step;
  const reason =
    step.kind === 'container' && step.reason !== null ? `  (${t(`plan.reason.${step.reason}`)})` : '';
  const needs = step.needs
    .filter(({ until }) => until === 'healthy' || until === 'completed')
    .map(({ step: id, until }) => `${id} ${until}`);
  const after = needs.length === 0 ? '' : `  ${t('plan.after', { needs: needs.join(', ') })}`;
  const text = `${signs[action]} ${action.padEnd(8)} ${labelOf(step, project)}`;
  return `${output.paint(styles[action], text)}${reason}${output.paint('dim', after)}`;
}
