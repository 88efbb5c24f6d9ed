import {
  explainProblem,
  imageName,
  keyOfField,
  type Problem,
  type Project,
  type Service,
  toBuildInput,
} from '../compose/index.ts';
import {
  type Backend,
  type CallOptions,
  type ContainerSpec,
  Secret,
  type SpecProblem,
  WherryError,
} from '../core/index.ts';
import { type DesiredService, linksOn, specOf } from './desired.ts';
import type { ImageBuildsOptions } from './images/image-builds.ts';
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
  await checkBuilds(builtServices(plan, desired), { backend, project, signal });
  const services = madeServices(plan, desired);
  if (backend.check === undefined || services.length === 0) return;
  const links = await linksOn(backend, project, options);
  const problems: Problem[] = [];
  for (const service of services) {
    // What is in secrets and configs does not matter here.
    const declared = { ...service.declared, secrets: [], configs: [] };
    const input = {
      number: 1,
      images: new Map(),
      containers: new Map<string, string>(),
      files: new Map(),
      links,
    };
    const spec: ContainerSpec = specOf(project, { ...service, declared }, input);
    const refused = await backend.check(spec, options);
    // What is wrong on every engine is for `create` to tell.
    for (const problem of refused)
      if (problem.code === 'UNSUPPORTED') problems.push(placed(project, service.declared, problem));
  }
  refuse(problems);
}

/** Refuses a one-off container of a service in the same way; fields in `changed` are not those of the file. */
export async function checkOneOff(
  service: Service,
  spec: ContainerSpec,
  { backend, project, changed, signal }: Omit<Place, 'desired'> & { changed: readonly string[] },
): Promise<void> {
  const refused = (await backend.check?.(spec, { signal })) ?? [];
  const ofFile = refused.filter(
    ({ code, field }) => code === 'UNSUPPORTED' && !changed.includes(field.split(/[.[]/)[0] ?? ''),
  );
  refuse(ofFile.map((problem) => placed(project, service, problem)));
}

/** What a build is carried out with. */
interface BuildPlace extends CallOptions, Pick<ImageBuildsOptions, 'builder' | 'changes'> {
  backend: Backend;
  project: Project;
}

/** Refuses builds whose keys this engine would not carry out, as {@link checkEngine} does, before anything is built. */
export async function checkBuilds(services: readonly Service[], place: BuildPlace): Promise<void> {
  const { backend, project, builder, changes, signal } = place;
  const problems: Problem[] = [];
  for (const service of services) {
    if (service.build === undefined) continue;
    const { secrets } = service.build;
    const input = toBuildInput(project, { ...service, build: { ...service.build, secrets: [] } });
    if (input === undefined) continue;
    // What is in them does not matter here.
    const wanted = {
      ...input,
      secrets: Object.fromEntries(secrets.map(({ target }) => [target, new Secret('')])),
    };
    const options = { signal, ...(builder === undefined ? {} : { builder }) };
    const image = backend.image(imageName(project, service));
    for (const problem of (await image.checkBuild?.({ ...wanted, ...changes?.(wanted) }, options)) ?? [])
      problems.push(placed(project, service, { ...problem, field: `build.${problem.field}` }));
  }
  refuse(problems);
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new WherryError('UNSUPPORTED', problems.map(explainProblem).join('\n'), {
    hint: 'remove what the engine cannot do, or choose an engine that can (`wherry doctor`)',
    details: { problems },
  });
}

function placed(project: Project, service: Service, problem: SpecProblem): Problem {
  const { path, file, line, column } = keyOfField(project, service, problem.field);
  const { message } = problem;
  return { code: 'unsupported-key', severity: 'error', message, file, line, column, path };
}

function builtServices({ steps }: Plan, desired: Place['desired']): Service[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'image' || step.action !== 'build') return [];
    return step.services
      .flatMap((name) => desired.get(name)?.declared ?? [])
      .filter(({ build }) => build !== undefined);
  });
}

function madeServices({ steps }: Plan, desired: Place['desired']): DesiredService[] {
  const names = steps.flatMap((step) =>
    step.kind === 'container' && (step.action === 'create' || step.action === 'recreate')
      ? [step.service]
      : [],
  );
  return [...new Set(names)].flatMap((name) => desired.get(name) ?? []);
}
