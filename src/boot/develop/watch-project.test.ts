import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProject } from '../../compose/index.ts';
import { type Backend, composeLabel, WherryError } from '../../core/index.ts';
import { readTar } from '../../transport/index.ts';
import type { WatchEvent } from './watch-event.ts';
import { watchProject } from './watch-project.ts';

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'wherry-develop-')));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** An engine with one container of the service `web`, which keeps what is copied into it. */
class CopyingEngine {
  readonly files = new Map<string, string>();
  /** The next calls fail with these. */
  failures: WherryError[] = [];

  get backend(): Backend {
    return this as unknown as Backend;
  }

  async list(): Promise<unknown[]> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const labels = { [composeLabel.service]: 'web', [composeLabel.containerNumber]: '1' };
    return [
      { id: 'id-web', name: 'web-1', status: 'running', labels, imageId: null, ports: [], networks: [] },
    ];
  }

  async inspect(): Promise<unknown> {
    return { spec: {} };
  }

  async copyIn(_id: string, _path: string, archive: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const { name, content } of readTar(archive)) {
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part);
      this.files.set(name, Buffer.concat(parts).toString());
    }
  }
}

/** Watches with the rules until `done` says so; resolves to what was told. */
async function watching(
  engine: CopyingEngine,
  rules: string,
  steps: { enabled: () => Promise<void>; done: (events: readonly WatchEvent[]) => boolean },
): Promise<WatchEvent[]> {
  const text = `name: p\nservices: {web: {image: x, volumes: ['./mounted:/m'], develop: {watch: ${rules}}}}\n`;
  await writeFile(join(root, 'compose.yaml'), text);
  const { project } = await loadProject({ workingDirectory: root, env: {} });
  const end = new AbortController();
  const events: WatchEvent[] = [];
  const check = setInterval(() => steps.done(events) && end.abort(), 20);
  try {
    await watchProject(engine.backend, project, {
      signal: end.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'enabled') void steps.enabled();
      },
    });
  } finally {
    clearInterval(check);
  }
  return events;
}

test('changes of the time when the engine was away are synced when it is back, and that is told once', async () => {
  const engine = new CopyingEngine();
  const away = new WherryError('UNAVAILABLE', 'the engine does not answer');
  const events = await watching(engine, '[{action: sync, path: ./a, target: /a}]', {
    enabled: async () => {
      engine.failures = [away, away];
      await writeFile(join(root, 'a'), 'one');
    },
    done: () => engine.files.get('a') === 'one',
  });
  expect(events.filter(({ kind }) => kind === 'failed')).toEqual([
    { kind: 'failed', service: 'web', error: away, retrying: true },
  ]);
  expect(events.at(-1)).toEqual({ kind: 'disabled' });
});

test('any other error is told, and the next change is synced', async () => {
  const engine = new CopyingEngine();
  const events = await watching(engine, '[{action: sync, path: ./a, target: /a}]', {
    enabled: async () => {
      engine.failures = [new WherryError('ENGINE', 'no')];
      await writeFile(join(root, 'a'), 'one');
      await expect.poll(() => engine.failures).toEqual([]);
      await writeFile(join(root, 'a'), 'two');
    },
    done: () => engine.files.get('a') === 'two',
  });
  expect(events.map(({ kind }) => kind)).toContain('failed');
});

test('several rules about one file, and one that a bind mount makes needless', async () => {
  const engine = new CopyingEngine();
  const rules = `[{action: sync, path: ./a, target: /one}, {action: sync, path: ., target: /two, include: ['a']},
    {action: sync, path: ./mounted/x, target: /x}]`;
  const events = await watching(engine, rules, {
    enabled: async () => {
      await writeFile(join(root, 'b'), 'not included');
      await writeFile(join(root, 'a'), 'text');
    },
    done: () => engine.files.size >= 2,
  });
  expect(Object.fromEntries(engine.files)).toEqual({ one: 'text', 'two/a': 'text' });
  expect(events[0]).toEqual({
    kind: 'warning',
    message: `${root}/mounted/x is not watched for "web": a bind mount brings it into the container already`,
  });
});

test.each([
  ['[{action: rebuild, path: .}]', 'can\'t watch service "web" with action rebuild without a build context'],
  ['[{action: sync+exec, path: ., target: /a}]', 'with action "sync+exec" on service web without a command'],
  ['[]', 'none of the selected services is configured for watch'],
])('%s is refused before anything is watched', async (rules, message) => {
  const nothing = { enabled: async () => undefined, done: () => false };
  await expect(watching(new CopyingEngine(), rules, nothing)).rejects.toThrow(message);
});
