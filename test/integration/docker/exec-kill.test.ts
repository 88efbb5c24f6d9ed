import { expect, test } from 'vitest';
import { EngineConnection } from '../../../src/backends/engine-api/connection.ts';
import { killFromInside } from '../../../src/backends/engine-api/exec-kill.ts';
import { unixDialer } from '../../../src/transport/index.ts';
import { Bench, onDocker } from './engines.ts';

await onDocker((engine) => {
  test('without a hand on its pid, an exec is killed from inside, and no other', async () => {
    await using bench = await Bench.open(engine);
    const connection = new EngineConnection(unixDialer(engine.host.replace('unix://', '')));
    const id = await bench.start();
    await using other = await bench.backend.exec(id, { command: ['sleep', '3595'] });
    // This shell becomes its last command, so that the command line is not the one that was asked for.
    const process = await bench.backend.exec(id, { command: ['sh', '-c', 'echo "a b"; exec sleep 3594'] });
    for await (const _ of process) {
      const { Pid: pid } = await connection.json<{ Pid: number }>({ path: `/exec/${process.id}/json` });
      expect(await killFromInside(connection, id, pid)).toBe(true);
    }
    expect(await process.exitCode()).toBe(137);
    const { processes } = await bench.backend.processes(id);
    expect(processes.map((row) => row.at(-1))).toEqual(['sleep 3600', 'sleep 3595']);
    other.close();
    connection.close();
  });
});
