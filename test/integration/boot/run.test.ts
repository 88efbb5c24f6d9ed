import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildServices, run } from '../../../src/boot/index.ts';
import { benchFor, enginesUnderTest, Stack, stays } from './stack.ts';

describe.each(enginesUnderTest)('one-off containers on %s', (id) => {
  const benchHere = benchFor(id);

  test('are built and run by the library, with what they depend on, and leave their exit code', {
    timeout: 120_000,
  }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    const { backend } = bench;
    await using stack = new Stack(bench);
    const model = {
      services: {
        db: { command: stays },
        task: { image: undefined, build: '.', depends_on: ['db'], environment: { A: 'file', B: 'file' } },
      },
    };
    const project = await stack.load(model);
    const dockerfile = `FROM ${bench.image}\nARG X=1\nENV BUILT=$X\n`;
    await writeFile(join(await stack.directory(), 'Dockerfile'), dockerfile);
    const image = backend.image(`${stack.name}-task`);
    try {
      const rows = await buildServices(backend, project, {
        services: ['task'],
        changes: ({ args }) => ({ args: { ...args, X: '2' } }),
      });
      expect(rows).toMatchObject([{ service: 'task', image: image.name, error: null, pushed: false }]);
      let output = '';
      const result = await run(backend, project, {
        service: 'task',
        changes: { command: ['sh', '-c', 'echo $A $B $BUILT; exit 7'], environment: { B: 'mine' } },
        remove: true,
        onOutput: ({ data }) => {
          output += Buffer.from(data).toString();
        },
      });
      expect({ output, exitCode: result.exitCode }).toEqual({ output: 'file mine 2\n', exitCode: 7 });
      await expect(backend.inspect(result.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await stack.containers()).map(({ name }) => name)).toEqual([`${stack.name}-db-1`]);
      await expect(run(backend, project, { service: 'nosuch' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    } finally {
      await image.remove({ force: true }).catch(() => undefined);
    }
  });
});
