import { explainProblem, keyOfField, type Problem, type Project } from '../compose/index.ts';
import {
  type Backend,
  type CallOptions,
  type ContainerSpec,
  type SpecProblem,
  WherryError,
} from '../core/index.ts';
import { type DesiredService, linksOn, specOf } from './desired.ts';
import type { Plan } from './plan.ts';

/** What a plan is carried out on. */
interface Place extends CallOptions {
  backend: Backend;
  project: Project;
  desired: ReadonlyMap<string, DesiredService>;
}

/**
 * Refuses a plan that would make containers of services whose keys this engine would not carry out, before anything is
 * made: `UNSUPPORTED` names every one of them with the place where it is written, and has them in `details.problems`.
 */
export async function checkEngine(plan: Plan, { backend, project, desired, signal }: Place): Promise<void> {
  const options = { signal };
  const services = madeServices(plan, desired);
  if (backend.check === undefined || services.length === 0) return;
  const links = await linksOn(backend, project, options);
  const problems: Problem[] = [];
  for (const service of services) {
    // What is in secrets and configs does not matter here.
    const declared = { ...service.declared, secrets: [], configs: [] };
    const input = {
      number: 1,
      imageId: null,
      containers: new Map<string, string>(),
      files: new Map(),
      links,
    };
    const spec: ContainerSpec = specOf(project, { ...service, declared }, input);
    const refused = await backend.check(spec, options);
    // What is wrong on every engine is for `create` to tell.
    for (const problem of refused)
      if (problem.code === 'UNSUPPORTED') problems.push(placed(project, service, problem));
  }
  if (problems.length === 0) return;
  throw new WherryError('UNSUPPORTED', problems.map(explainProblem).join('\n'), {
    hint: 'remove what the engine cannot do, or choose an engine that can (`wherry doctor`)',
    details: { problems },
  });
}

function placed(project: Project, { declared }: DesiredService, problem: SpecProblem): Problem {
  const { path, file, line, column } = keyOfField(project, declared, problem.field);
  const { message } = problem;
  return { code: 'unsupported-key', severity: 'error', message, file, line, column, path };
}

function madeServices({ steps }: Plan, desired: Place['desired']): DesiredService[] {
  const names = steps.flatMap((step) =>
    step.kind === 'container' && (step.action === 'create' || step.action === 'recreate')
      ? [step.service]
      : [],
  );
  return [...new Set(names)].flatMap((name) => desired.get(name) ?? []);
}
