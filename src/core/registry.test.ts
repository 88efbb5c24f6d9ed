import { expect, test } from 'vitest';
import type { Backend } from './backend.ts';
import { supported, unsupported } from './capabilities.ts';
import type { BackendType } from './config.ts';
import { WherryError } from './errors.ts';
import { type BackendFactory, BackendRegistry } from './registry.ts';

interface Behaviour {
  openError?: WherryError;
  hangs?: boolean;
  exec?: boolean;
}

/** A factory of backends that answer only what the registry asks; counts what is left open. */
function factory(type: BackendType, behaviour: Behaviour, open: Set<string>): BackendFactory {
  return {
    type,
    open: async (_config, { signal }) => {
      if (behaviour.openError !== undefined) throw behaviour.openError;
      if (behaviour.hangs === true) {
        await new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new WherryError('TIMEOUT', 'hangs'))),
        );
      }
      open.add(type);
      const exec = behaviour.exec === false ? unsupported('no exec here') : supported;
      const backend: Partial<Backend> = {
        type,
        address: `unix:///${type}`,
        healthCheck: async () => undefined,
        capabilities: async () => ({ exec }) as Awaited<ReturnType<Backend['capabilities']>>,
        [Symbol.asyncDispose]: async () => void open.delete(type),
      };
      return backend as Backend;
    },
  };
}

test('a type is registered once', () => {
  const registry = new BackendRegistry().register(factory('docker', {}, new Set()));
  expect(() => registry.register(factory('docker', {}, new Set()))).toThrow(
    expect.objectContaining({ code: 'ALREADY_EXISTS' }),
  );
  expect(() => registry.get('nanos')).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', hint: 'registered: docker' }),
  );
  expect(registry.available()).toEqual(['docker']);
});

test('takes the preferred one that meets the demands, tells about all, closes the rest', async () => {
  const open = new Set<string>();
  const registry = new BackendRegistry()
    .register(
      factory(
        'docker',
        { openError: new WherryError('UNAVAILABLE', 'no socket', { hint: 'start it' }) },
        open,
      ),
    )
    .register(factory('podman', { exec: false }, open))
    .register(factory('containerd', {}, open))
    .register(factory('nanos', { hangs: true }, open))
    .register(factory('qemu', {}, open));
  const { backend, diagnosis } = await registry.select({
    require: ['exec'],
    prefer: ['nanos', 'qemu'],
    probeTimeout: 50,
  });
  expect(backend.type).toBe('qemu');
  expect(diagnosis.map((row) => [row.type, row.usable, row.reason])).toEqual([
    ['nanos', false, 'the nanos engine did not answer within 0.05 s'],
    ['qemu', true, ''],
    ['docker', false, 'no socket'],
    ['podman', false, 'exec is required: no exec here'],
    ['containerd', true, ''],
  ]);
  expect([...open]).toEqual(['qemu']);
});

test('without any that answers, the error has every reason and the first hint', async () => {
  const registry = new BackendRegistry().register(
    factory(
      'docker',
      { openError: new WherryError('UNAVAILABLE', 'no socket', { hint: 'start it' }) },
      new Set(),
    ),
  );
  await expect(registry.select()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'no container engine can be used here: docker: no socket',
    hint: 'start it',
  });
});
