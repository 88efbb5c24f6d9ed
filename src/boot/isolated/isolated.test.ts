import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadProject, type Project, serviceHash } from '../../compose/index.ts';
import type { Backend } from '../../core/index.ts';
import { assignPorts, clash, type FixedPort, type HostPort, hostPortOf } from './assign-ports.ts';
import { derivedCopyName, normalizeCopyName } from './copy-name.ts';
import { placeCopy } from './isolate.ts';
import { fixedPorts, isolateProject, sharedThings } from './isolate-project.ts';
import { IsolatedCopies, type IsolatedCopy } from './isolated-copies.ts';
import { copyPorts, copyVariables } from './variables.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-copies-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function project(compose: object, name = 'shop-b'): Promise<Project> {
  await writeFile(join(folder, 'compose.yaml'), JSON.stringify(compose));
  return (await loadProject({ workingDirectory: folder, env: {}, projectName: name, unsupported: 'kept' }))
    .project;
}

const copy = { project: 'shop-b', base: 'shop', name: 'b', directory: '/', ports: [] };
const web = (wanted: number): FixedPort => ({
  service: 'web',
  target: 80,
  protocol: 'tcp',
  hostIp: null,
  wanted,
});

describe('ports', () => {
  const given = { project: 'shop-b', kept: [], reserved: [], isFree: async () => true };

  test('are those of the file where they are free, then others, and the same again', async () => {
    const [own] = await assignPorts({ ...given, wishes: [web(8080)] });
    expect(own?.published).toBe(8080);
    const taken = { ...given, isFree: async ({ port }: HostPort) => port !== 8080 };
    const [moved] = await assignPorts({ ...taken, wishes: [web(8080)] });
    expect(moved?.published).toBeGreaterThanOrEqual(20_000);
    // Kept also when the file's own is free by now, and when the file has it from a variable of the copy.
    const kept = moved === undefined ? [] : [moved];
    expect(await assignPorts({ ...given, kept, wishes: [web(8080)] })).toEqual(kept);
    expect(await assignPorts({ ...given, kept, wishes: [web(moved?.published ?? 0)] })).toEqual(kept);
    // What is kept of a service that takes no part stays; a port that the file has no more does not.
    const db = { ...web(5432), service: 'db', published: 5432 };
    expect(await assignPorts({ ...given, kept: [db], wishes: [web(8080)] })).toContainEqual(db);
    expect(await assignPorts({ ...given, kept, wishes: [web(9090)] })).toEqual([
      { ...web(9090), published: 9090 },
    ]);
  });

  test('never clash, whatever is asked for, kept, reserved and taken', async () => {
    const protocol = fc.constantFrom('tcp' as const, 'udp' as const);
    const hostIp = fc.constantFrom(null, '0.0.0.0', '127.0.0.1', '10.0.0.1');
    const number = fc.integer({ min: 1, max: 6 });
    const wish = fc.record({
      service: fc.constantFrom('a', 'b'),
      target: number,
      protocol,
      hostIp,
      wanted: number,
    });
    const port = fc.record({ hostIp, port: number, protocol });
    const wishes = fc.uniqueArray(wish, { selector: (one) => JSON.stringify(one), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(wishes, fc.array(port), fc.array(port), async (asked, reserved, taken) => {
        const isFree = async (one: HostPort): Promise<boolean> => !taken.some((other) => clash(other, one));
        const input = { project: 'p', wishes: asked, kept: [], reserved, isFree };
        const first = await assignPorts(input);
        const ports = first.map(hostPortOf);
        expect(first).toHaveLength(asked.length);
        for (const [index, one] of ports.entries())
          expect([...reserved, ...taken, ...ports.slice(0, index)].some((other) => clash(other, one))).toBe(
            false,
          );
        expect(await assignPorts({ ...input, kept: first })).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  test('when none is left it says so', async () => {
    const none = assignPorts({ ...given, isFree: async () => false, wishes: [web(80)] });
    await expect(none).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { service: 'web' } });
  });
});

describe('a project as a copy', () => {
  const file = {
    name: 'shop',
    services: {
      web: {
        build: '.',
        image: 'shop:dev',
        container_name: 'web',
        ports: ['127.0.0.1:8080:80', '9000', '7000-7010:70'],
        networks: { front: { aliases: ['www'] } },
      },
      tool: { image: 'shop:dev', network_mode: 'container:web', volumes_from: ['container:web:ro'] },
      other: { image: 'redis', external_links: ['web', 'theirs:db'], volumes: ['data:/data', 'shared:/s'] },
      bare: { image: 'redis', network_mode: 'host' },
    },
    networks: { front: { name: 'fixed', ipam: { config: [{ subnet: '10.9.0.0/24' }] } } },
    volumes: {
      data: { name: 'shopdata' },
      books: { name: 'shop-books' },
      shared: { external: true, name: 'shared' },
      plain: {},
    },
  };

  test('has ports and names of its own, and leaves what is external', async () => {
    const written = await project(file);
    expect(fixedPorts(written)).toEqual([{ ...web(8080), hostIp: '127.0.0.1' }]);
    const ports = [{ ...web(8080), hostIp: '127.0.0.1', published: 20_001 }];
    const own = isolateProject(written, { ...copy, ports });
    expect(own.services.web).toMatchObject({
      containerName: 'web-b',
      image: 'shop:dev-b',
      networks: { front: { aliases: ['www', 'web'] } },
    });
    expect(own.services.web?.ports.map(({ published }) => published)).toEqual([
      { from: 20_001, to: 20_001 },
      undefined,
      { from: 7000, to: 7010 },
    ]);
    expect(own.services.tool).toMatchObject({
      image: 'shop:dev-b',
      networkMode: 'container:web-b',
      volumesFrom: ['container:web-b:ro'],
    });
    expect(own.services.other).toMatchObject({
      image: 'redis',
      externalLinks: ['web-b:web', 'theirs:db'],
    });
    expect(own.networks.front?.name).toBe('fixed-b');
    const names = Object.values(own.volumes).map(({ name }) => name);
    expect(names.sort()).toEqual(['shared', 'shop-b_plain', 'shop-books-b', 'shopdata-b']);
    expect(sharedThings(written)).toEqual([
      "bare uses the host's network: its ports cannot be reassigned",
      'network front has a fixed subnet, which no second copy can have',
    ]);
  });

  test('has the config hash of a file that says the same', async () => {
    const { services } = file;
    const ports = [{ ...web(8080), hostIp: '127.0.0.1', published: 20_001 }];
    const own = isolateProject(await project(file), { ...copy, ports });
    const said = await project({
      ...file,
      services: {
        ...services,
        web: {
          ...services.web,
          image: 'shop:dev-b',
          container_name: 'web-b',
          ports: ['127.0.0.1:20001:80', '9000', '7000-7010:70'],
        },
        tool: { ...services.tool, image: 'shop:dev-b', network_mode: 'container:web-b' },
      },
    });
    for (const name of ['web', 'bare']) {
      const [mine, theirs] = [own.services[name], said.services[name]];
      expect(mine && serviceHash(mine)).toBe(theirs && serviceHash(theirs));
    }
    expect(own.canonical.values.get('volumes')).not.toBeUndefined();
  });
});

describe('names', () => {
  test('are the branch, the worktree folder or the directory', async () => {
    const inside = join(folder, 'My Work', 'deep');
    await mkdir(inside, { recursive: true });
    expect(await derivedCopyName(inside)).toBe('deep');
    const git = join(folder, 'main/.git/worktrees/w');
    await mkdir(git, { recursive: true });
    await writeFile(join(folder, 'My Work/.git'), 'gitdir: ../main/.git/worktrees/w\n');
    await writeFile(join(git, 'HEAD'), 'ref: refs/heads/feature/JIRA-1_x\n');
    expect(await derivedCopyName(inside)).toBe('feature-jira-1-x');
    await writeFile(join(git, 'HEAD'), '0123456789012345678901234567890123456789\n');
    expect(await derivedCopyName(inside)).toBe('my-work');
  });

  test('fit a project name', () => {
    expect(normalizeCopyName('//')).toBe('');
    fc.assert(fc.property(fc.string(), (text) => /^([a-z0-9][a-z0-9-]*)?$/.test(normalizeCopyName(text))));
  });
});

describe('copies that are kept', () => {
  const at = async (name: string, head: string): Promise<string> => {
    await mkdir(join(folder, name, '.git'), { recursive: true });
    await writeFile(join(folder, name, '.git/HEAD'), head);
    return join(folder, name);
  };
  const keep = (copies: IsolatedCopies, one: IsolatedCopy): Promise<IsolatedCopy> =>
    copies.keep(one, async ({ others }) => {
      const used = new Set(others.flatMap(({ ports }) => ports.map(({ published }) => published)));
      const published = [1, 2, 3, 4, 5, 6, 7, 8].find((port) => !used.has(port)) ?? 0;
      return { ...one, ports: [{ ...web(1), published }] };
    });

  test('of several that are decided at once no two decide the same', async () => {
    const copies = new IsolatedCopies(join(folder, 'state'));
    const asked = ['a', 'b', 'c', 'd', 'e'].map(async (name) => {
      const found = await copies.find({ project: 'shop', directory: folder, name });
      return found && keep(copies, found);
    });
    const ports = (await Promise.all(asked)).flatMap((one) => one?.ports ?? []);
    expect(new Set(ports.map(({ published }) => published)).size).toBe(5);
    expect(await copies.list()).toHaveLength(5);
  });

  test('are found by flag or project name, and two folders on one branch stay apart', async () => {
    const copies = new IsolatedCopies(join(folder, 'state'));
    const [one, two] = [await at('one', 'ref: refs/heads/main'), await at('two', 'ref: refs/heads/main')];
    const ask = (directory: string, name?: string, project = 'shop') =>
      copies.find({ project, directory, name });
    expect(await ask(one)).toBeNull();
    const first = await ask(one, '');
    if (first !== null) await keep(copies, first);
    expect(await ask(one, undefined, 'shop-main')).toMatchObject({ base: 'shop', name: 'main' });
    expect(await ask(one, '', 'shop-main')).toMatchObject({ project: 'shop-main', base: 'shop' });
    expect(await ask(one, 'X', 'shop-main')).toMatchObject({ project: 'shop-x', base: 'shop' });
    const second = await ask(two, '');
    expect(second?.project).toMatch(/^shop-main-[0-9a-f]{4}$/);
    await expect(ask(two, 'main')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(ask(two, '//')).rejects.toMatchObject({ code: 'INVALID' });
    // A folder that is gone holds nothing.
    await rm(one, { recursive: true });
    expect(await ask(two, 'main')).toMatchObject({ project: 'shop-main', ports: [] });
  });

  test('of two projects with one name have fixed names of their own, and keep them', async () => {
    const copies = new IsolatedCopies(join(folder, 'state'));
    const backend = { address: 'unix:///nowhere', list: async () => [] } as unknown as Backend;
    const written = await project({
      services: { db: { image: 'db', container_name: 'db' } },
      volumes: { data: { name: 'data' } },
    });
    const place = async (base: string): Promise<readonly (string | undefined)[]> => {
      const found = await copies.find({ project: base, directory: await at(base, ''), name: 'main' });
      if (found === null) throw new Error(`no copy of ${base}`);
      const own = isolateProject(written, await placeCopy(backend, written, found, { copies }));
      return [own.services.db?.containerName, own.volumes.data?.name];
    };
    expect(await place('shop1')).toEqual(['db-main', 'data-main']);
    const second = await place('shop2');
    expect(second).toEqual(['db', 'data'].map((name) => expect.stringMatching(`^${name}-main-[0-9a-f]{4}$`)));
    expect([await place('shop1'), await place('shop2')]).toEqual([['db-main', 'data-main'], second]);
  });

  test('a file that is none is said', async () => {
    await writeFile(join(folder, 'copies.json'), '{"version":2}');
    const copies = new IsolatedCopies(folder);
    await expect(copies.list()).rejects.toMatchObject({ code: 'INVALID' });
  });
});

test('a port that is published more than once has a variable for each', async () => {
  const backend = { list: async () => [] } as unknown as Backend;
  const ports = [8080, 8081].map((wanted) => ({ ...web(wanted), published: wanted }));
  const named = (await copyPorts(backend, { ...copy, ports })).map((port) => [port.variable, port.published]);
  expect(named).toEqual([
    ['WHERRY_PORT_WEB_80', 8080],
    ['WHERRY_PORT_WEB_80_2', 8081],
  ]);
});

test('variables are named after services', () => {
  const at = (service: string, target: number, protocol: 'tcp' | 'udp' = 'tcp') => ({
    ...{ service, target, protocol, hostIp: null, wanted: null },
    published: target + 10_000,
    variable: `${service}${target}`,
  });
  const ports = [at('my-web', 443), at('my-web', 80), at('my-web', 53, 'udp'), at('2dns', 53, 'udp')];
  expect(copyVariables(copy, ports)).toMatchObject({ MY_WEB_PORT: '10080', _2DNS_PORT: '10053' });
});
