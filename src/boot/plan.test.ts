import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  composeLabel,
  containerName,
  imageName,
  loadProject,
  type Project,
  serviceHash,
} from '../compose/index.ts';
import { isWherryError } from '../core/index.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import type { ContainerStep, NetworkStep, Plan, Step } from './plan.ts';
import { planDown } from './plan-down.ts';
import { planUp } from './plan-up.ts';
import { type ProjectState, variantKey } from './state.ts';

const now = new Date('2026-01-01T00:00:00Z');
const nothing: ProjectState = {
  project: 'app',
  containers: [],
  networks: new Map(),
  volumes: new Map(),
  images: new Map(),
};

async function load(model: object): Promise<Project> {
  const { project } = await loadProject({
    workingDirectory: '/nowhere',
    env: {},
    files: ['/nowhere/compose.yaml'],
    projectName: 'app',
    access: {
      readText: async () => JSON.stringify(model),
      readBytes: async () => new Uint8Array(),
      exists: async (path) => path === '/nowhere/compose.yaml',
    },
  });
  return project;
}

const plan = (project: Project, current: ProjectState, options: UpPlanOptions = {}): Plan =>
  planUp({ project, current, options, now });

/** The state after the plan was carried out, as an engine would hold it. */
function carriedOut(project: Project, before: ProjectState, done: Plan): ProjectState {
  const containers = new Map(before.containers.map((one) => [one.name, one]));
  const networks = new Map(before.networks);
  const volumes = new Map(before.volumes);
  const images = new Map(before.images);
  for (const step of done.steps) {
    if (step.kind === 'network') networks.set(step.name, { labels: {} });
    if (step.kind === 'volume') volumes.set(step.name, { labels: {} });
    if (step.kind === 'image')
      images.set(variantKey(step), { id: `id of ${step.image}`, createdAt: now, healthcheck: false });
    if (step.kind !== 'container') continue;
    if (step.currentName !== null) containers.delete(step.currentName);
    if (step.action !== 'remove') containers.set(step.name, made(project, step));
  }
  return { ...before, containers: [...containers.values()], networks, volumes, images };
}

function made(
  project: Project,
  step: ContainerStep,
  fields: Partial<ObservedContainer> = {},
): ObservedContainer {
  const service = project.services[step.service];
  if (service === undefined) throw new Error(`no service ${step.service}`);
  return container(project, step.service, step.number, { name: step.name, ...fields });
}

function container(
  project: Project,
  name: string,
  number = 1,
  fields: Partial<ObservedContainer> = {},
): ObservedContainer {
  const service = project.services[name];
  const containerOf = (other: string): string | undefined =>
    (project.services[other]?.scale ?? 0) > 0 ? idOf(other, 1) : undefined;
  const image = service === undefined ? 'gone' : imageName(project, service);
  return {
    service: name,
    number,
    oneOff: false,
    id: idOf(name, number),
    name: service === undefined ? `app-${name}-${number}` : containerName(project, service, number),
    image,
    command: '',
    status: 'running',
    health: 'none',
    exitCode: null,
    createdAt: now,
    ports: [],
    imageId: `id of ${image}`,
    configHash: service === undefined ? null : serviceHash(service, { containerOf }),
    madeFrom: `id of ${image}`,
    dependsOn: Object.entries(service?.dependsOn ?? {}).map(([other, { condition, restart }]) => ({
      service: other,
      condition,
      restart,
    })),
    networks: Object.keys(service?.networks ?? {}).map((key) => ({
      name: project.networks[key]?.name ?? key,
      networkId: null,
    })),
    mounts: (service?.volumes ?? []).flatMap(({ source }) => project.volumes[source ?? '']?.name ?? []),
    labels: {},
    ...fields,
  };
}

function idOf(service: string, number: number): string {
  return `${String(number)}${Buffer.from(service).toString('hex')}`.padEnd(64, '0').slice(0, 64);
}

const lines = (steps: readonly Step[]): string[] =>
  steps.map((step) =>
    step.kind === 'container' ? `${step.action} ${step.name}` : `${step.action} ${step.id}`,
  );

const chain = {
  services: {
    web: { image: 'web:1', depends_on: { db: { condition: 'service_healthy', restart: true } } },
    db: { image: 'db:1', volumes: ['data:/data'] },
  },
  volumes: { data: {} },
};

describe('planUp', () => {
  test('makes everything, each after what it needs', async () => {
    const first = plan(await load(chain), nothing);
    expect(first.waves).toEqual([
      ['network app_default', 'volume app_data', 'image db:1', 'image web:1'],
      ['container app-db-1'],
      ['container app-web-1'],
    ]);
    const web = first.steps.find((step) => step.id === 'container app-web-1');
    expect(web?.needs).toContainEqual({ step: 'container app-db-1', until: 'healthy', required: true });
  });

  test('a changed service is made anew, its dependants with restart go along, others stay', async () => {
    const other = { image: 'web:1', depends_on: ['db'] };
    const before = await load({ ...chain, services: { ...chain.services, other } });
    const state = carriedOut(before, nothing, plan(before, nothing));
    const changed = await load({
      ...chain,
      services: { ...chain.services, db: { ...chain.services.db, environment: { A: '1' } }, other },
    });
    const next = plan(changed, state);
    expect(lines(next.steps)).toEqual([
      'stop app-web-1',
      'keep app-other-1',
      'recreate app-db-1',
      'start app-web-1',
    ]);
  });

  test('a new image of the same name makes the container anew', async () => {
    const project = await load(chain);
    const state = carriedOut(project, nothing, plan(project, nothing));
    const images = new Map(state.images).set('db:1', { id: 'newer', createdAt: now, healthcheck: false });
    const db = plan(project, { ...state, images }).steps.find((step) => step.id === 'container app-db-1');
    expect(db).toMatchObject({ action: 'recreate', reason: 'image-changed' });
  });

  test('orphans are told of, and removed when asked', async () => {
    const project = await load(chain);
    const state = carriedOut(project, nothing, plan(project, nothing));
    const withOrphan = { ...state, containers: [...state.containers, container(project, 'old')] };
    expect(plan(project, withOrphan)).toMatchObject({
      unchanged: true,
      warnings: [expect.stringContaining('app-old-1')],
    });
    const removing = plan(project, withOrphan, { removeOrphans: true });
    expect(lines(removing.steps)).toContain('remove app-old-1');
    expect(removing.warnings).toEqual([]);
  });

  test('what is left of an up that was cut off is used or removed', async () => {
    const project = await load({ services: { db: { image: 'db:1' } } });
    const state = carriedOut(project, nothing, plan(project, nothing));
    const old = container(project, 'db');
    const replacement = {
      ...old,
      id: 'f'.repeat(64),
      name: `${old.id.slice(0, 12)}_app-db-1`,
      status: 'created',
    } as const;
    expect(lines(plan(project, { ...state, containers: [replacement, old] }).steps)).toEqual([
      `remove ${replacement.name}`,
      'recreate app-db-1',
    ]);
    const [step] = plan(project, { ...state, containers: [replacement] }).steps;
    expect(step).toMatchObject({ action: 'start', name: 'app-db-1', currentName: replacement.name });
  });

  test('scales up into free numbers, and down from what is outdated and the highest', async () => {
    const project = await load({ services: { web: { image: 'web:1' } } });
    const state = carriedOut(project, nothing, plan(project, nothing, { scale: { web: 3 } }));
    const gap = { ...state, containers: state.containers.filter(({ number }) => number !== 2) };
    expect(lines(plan(project, gap, { scale: { web: 3 } }).steps)).toEqual([
      'keep app-web-1',
      'keep app-web-3',
      'create app-web-2',
    ]);
    expect(lines(plan(project, state).steps)).toEqual([
      'keep app-web-1',
      'remove app-web-2',
      'remove app-web-3',
    ]);
    const [first, ...others] = state.containers;
    const outdated = first === undefined ? [] : [{ ...first, madeFrom: 'of before' }];
    const mixed = { ...state, containers: [...outdated, ...others] };
    expect(lines(plan(project, mixed).steps)).toEqual([
      'keep app-web-2',
      'remove app-web-3',
      'remove app-web-1',
    ]);
  });

  test('a job that succeeded runs again only when asked for, or when what it needs changed', async () => {
    const project = await load({
      services: {
        web: { image: 'web:1', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
        migrate: { image: 'db:1', depends_on: ['db'] },
        db: { image: 'db:1' },
      },
    });
    const state = carriedOut(project, nothing, plan(project, nothing));
    const exited = (name: string): ProjectState => ({
      ...state,
      containers: state.containers.map((one) =>
        one.service === 'migrate' || one.service === name ? { ...one, status: 'exited', exitCode: 0 } : one,
      ),
    });
    expect(plan(project, exited('migrate')).unchanged).toBe(true);
    expect(lines(plan(project, exited('migrate'), { services: ['migrate'] }).steps)).toContain(
      'start app-migrate-1',
    );
    expect(lines(plan(project, exited('db')).steps)).toEqual([
      'start app-db-1',
      'keep app-web-1',
      'start app-migrate-1',
    ]);
  });

  test('variants of an image for two platforms are pulled each, and what is built counts for any', async () => {
    const project = await load({
      services: {
        own: { image: 'db:1' },
        pinned: { image: 'db:1', platform: 'linux/arm64' },
        built: { image: 'web:1', build: '.', platform: 'linux/arm64' },
        same: { image: 'web:1' },
      },
    });
    const variants = (current: ProjectState): unknown[] =>
      plan(project, current).steps.flatMap((step) =>
        step.kind === 'image' ? [[step.action, step.image, step.platform, step.services]] : [],
      );
    const here = { id: 'x', createdAt: now, healthcheck: false };
    expect(variants(nothing)).toEqual([
      ['pull', 'db:1', undefined, ['own']],
      ['pull', 'db:1', 'linux/arm64', ['pinned']],
      ['build', 'web:1', undefined, ['built', 'same']],
    ]);
    const images = new Map([
      ['db:1', here],
      ['web:1', here],
    ]);
    expect(variants({ ...nothing, images })).toEqual([['pull', 'db:1', 'linux/arm64', ['pinned']]]);
  });

  test('refuses what cannot be', async () => {
    const project = await load({ services: { web: { image: 'web:1', container_name: 'one' } } });
    const code = (options: UpPlanOptions): string | undefined => {
      try {
        plan(project, nothing, options);
      } catch (error) {
        return isWherryError(error) ? error.code : String(error);
      }
      return undefined;
    };
    expect(code({ services: ['nobody'] })).toBe('NOT_FOUND');
    expect(code({ scale: { web: 2 } })).toBe('INVALID');
    expect(code({ forceRecreate: true, noRecreate: true })).toBe('INVALID');
  });

  test('an external network that is not there is a clear error', async () => {
    const project = await load({
      services: { web: { image: 'web:1', networks: ['out'] } },
      networks: { out: { external: true } },
    });
    expect(() => plan(project, nothing)).toThrow('network out declared as external, but could not be found');
    expect(lines(plan(project, { ...nothing, networks: new Map([['out', { labels: {} }]]) }).steps)).toEqual([
      'pull image web:1',
      'create app-web-1',
    ]);
  });
});

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const;
/** Services s0, s1 …; each may depend on earlier ones. */
const models = fc
  .array(
    fc.record({
      needs: fc.array(
        fc.record({ to: fc.nat(), condition: fc.constantFrom(...conditions), restart: fc.boolean() }),
        {
          maxLength: 3,
        },
      ),
      image: fc.constantFrom('a:1', 'b:1', 'c:1'),
      scale: fc.integer({ min: 0, max: 3 }),
      shares: fc.boolean(),
      volume: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((rows) => {
    const services = rows.map(({ needs, image, scale, volume, shares }, index) => {
      const first = needs[0];
      const dependencies = needs.map(({ to, condition, restart }) => [
        `s${to % index}`,
        { condition, restart },
      ]);
      return [
        `s${index}`,
        {
          image,
          deploy: { replicas: scale },
          ...(index > 0 ? { depends_on: Object.fromEntries(dependencies) } : {}),
          ...(index > 0 && shares && first !== undefined
            ? { network_mode: `service:s${first.to % index}` }
            : {}),
          ...(volume ? { volumes: ['data:/data'] } : {}),
        },
      ];
    });
    return { services: Object.fromEntries(services), volumes: { data: {} } };
  });
const choices = fc.record(
  {
    forceRecreate: fc.boolean(),
    removeOrphans: fc.boolean(),
    noDeps: fc.boolean(),
    noStart: fc.boolean(),
    services: fc.uniqueArray(fc.constant('s0'), { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

function expectOrdered(checked: Plan): void {
  const seen = new Set<string>();
  for (const step of checked.steps) {
    for (const need of step.needs) expect(seen).toContain(need.step);
    expect(seen).not.toContain(step.id);
    seen.add(step.id);
  }
  expect(checked.waves.flat()).toEqual(checked.steps.map((step) => step.id));
}

/** Whoever runs on the network stops, or goes, before it does, and starts after it. */
function expectLeft(checked: Plan, network: NetworkStep, { containers }: ProjectState): void {
  const position = (id: string): number => checked.steps.findIndex((step) => step.id === id);
  const here = position(network.id);
  for (const one of containers) {
    if (one.status !== 'running' || !one.networks.some(({ name }) => name === network.name)) continue;
    const leaves = checked.steps.find(
      (step) =>
        step.kind === 'container' &&
        step.current === one.id &&
        (step.action === 'stop' || step.action === 'remove'),
    );
    expect(leaves).toBeDefined();
    expect(position(leaves?.id ?? '')).toBeLessThan(here);
    const comes = position(`container ${one.name}`);
    if (comes >= 0 && checked.steps[comes]?.needs.length !== 0) expect(comes).toBeGreaterThan(here);
  }
}

describe('properties', () => {
  test('whatever the project and the options, every step stands after what it needs', async () => {
    await fc.assert(
      fc.asyncProperty(models, choices, async (model, options) => {
        const project = await load(model);
        const first = plan(project, nothing, options);
        expectOrdered(first);
        const state = carriedOut(project, nothing, first);
        expectOrdered(plan(project, state, { ...options, forceRecreate: true }));
        const all: ProjectState = { ...state, project: 'app' };
        expectOrdered(planDown({ current: all, options: { volumes: true } }));
      }),
    );
  });

  test('once it is carried out, there is nothing to do, and a plan is a function of its input', async () => {
    await fc.assert(
      fc.asyncProperty(models, choices, async (model, options) => {
        const project = await load(model);
        const first = plan(project, nothing, options);
        expect(plan(project, nothing, options)).toEqual(first);
        const second = plan(project, carriedOut(project, nothing, first), {
          ...options,
          forceRecreate: false,
        });
        expect(second.unchanged).toBe(true);
      }),
    );
  });

  test('changed networks and volumes are made anew between what leaves them and what comes to them', async () => {
    const differs = { [composeLabel.project]: 'app', [composeLabel.configHash]: 'another' };
    await fc.assert(
      fc.asyncProperty(models, choices, fc.func(fc.boolean()), async (model, options, isUp) => {
        const project = await load(model);
        const state = carriedOut(project, nothing, plan(project, nothing));
        const current: ProjectState = {
          ...state,
          containers: state.containers.map((one) =>
            isUp(one.name) ? one : { ...one, status: 'exited', exitCode: 0 },
          ),
          networks: new Map([...(state.networks ?? [])].map(([name]) => [name, { labels: differs }])),
          volumes: new Map([...(state.volumes ?? [])].map(([name]) => [name, { labels: differs }])),
        };
        const kept = plan(project, current, options);
        expectOrdered(kept);
        expect(kept.steps.filter(({ kind }) => kind === 'volume')).toEqual([]);
        const anew = plan(project, current, { ...options, replaceVolumes: 'all' });
        expectOrdered(anew);
        expect(anew.divergedVolumes).toEqual([]);
        for (const step of anew.steps) {
          if (step.kind === 'network' && step.action === 'recreate') expectLeft(anew, step, current);
        }
      }),
    );
  });

  test('a recreation from any state reaches the wanted one', async () => {
    await fc.assert(
      fc.asyncProperty(models, models, async (before, model) => {
        const old = await load(before);
        const start = carriedOut(old, nothing, plan(old, nothing));
        const project = await load(model);
        const end = carriedOut(project, start, plan(project, start, { removeOrphans: true }));
        const wanted = Object.values(project.services).flatMap((service) =>
          Array.from({ length: service.scale }, (_, index) => containerName(project, service, index + 1)),
        );
        expect(end.containers.map(({ name }) => name).sort()).toEqual(wanted.sort());
        expect(plan(project, end).unchanged).toBe(true);
      }),
    );
  });
});

describe('planDown', () => {
  test('removes dependants first, then networks, volumes only when asked', async () => {
    const project = await load(chain);
    const current = carriedOut(project, nothing, plan(project, nothing));
    expect(planDown({ current }).waves).toEqual([
      ['remove app-web-1'],
      ['remove app-db-1'],
      ['network app_default'],
    ]);
    expect(lines(planDown({ current, options: { volumes: true } }).steps)).toContain(
      'remove volume app_data',
    );
  });

  test('labels that contradict each other do not stop it', () => {
    const one = (name: string, other: string): ObservedContainer => ({
      ...container({ services: {} } as unknown as Project, name),
      dependsOn: [{ service: other, condition: 'service_started', restart: false }],
    });
    const current = { ...nothing, containers: [one('a', 'b'), one('b', 'c'), one('c', 'a'), one('d', 'd')] };
    const down = planDown({ current });
    expectOrdered(down);
    expect(down.steps).toHaveLength(4);
  });

  test('leaves orphans alone when the file is there and nobody said otherwise', async () => {
    const project = await load(chain);
    const state = carriedOut(project, nothing, plan(project, nothing));
    const current = { ...state, containers: [...state.containers, container(project, 'old')] };
    expect(lines(planDown({ current, options: { project } }).steps)).not.toContain('remove app-old-1');
    expect(planDown({ current, options: { project } }).warnings[0]).toContain('app-old-1');
    expect(lines(planDown({ current }).steps)).toContain('remove app-old-1');
  });
});
