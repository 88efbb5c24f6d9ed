import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLease, leaseIds, leaseState } from './leases.ts';

const engine = 'unix:///engine.sock';
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-leases-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function change(id: string, fields: object): Promise<void> {
  const path = join(directory, `${id}.json`);
  const lease = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(
    path,
    JSON.stringify({
      ...lease,
      ...fields,
      holder: { ...lease.holder, ...(fields as { holder?: object }).holder },
    }),
  );
}

test('is held while its process lives, and forgotten when released', async () => {
  const lease = await createLease(engine, { directory });
  expect(await leaseState(engine, lease.id, { directory })).toBe('held');
  expect(await leaseIds({ directory })).toEqual([lease.id]);
  await lease.release();
  expect(await leaseState(engine, lease.id, { directory })).toBe('unknown');
  expect(await readdir(directory)).toEqual([]);
});

test('is nobody else’s to read', async () => {
  const lease = await createLease(engine, { directory });
  expect((await stat(join(directory, `${lease.id}.json`))).mode & 0o777).toBe(0o600);
});

test('disposing releases it', async () => {
  {
    await using lease = await createLease(engine, { directory });
    expect(await leaseIds({ directory })).toEqual([lease.id]);
  }
  expect(await leaseIds({ directory })).toEqual([]);
});

test('is stale when it was abandoned, when its process or that boot of the machine is gone', async () => {
  const cases: object[] = [
    { holder: { startTime: '1' } },
    { holder: { bootId: 'another' } },
    { abandoned: true },
  ];
  for (const fields of cases) {
    const lease = await createLease(engine, { directory });
    await change(lease.id, fields);
    expect(await leaseState(engine, lease.id, { directory })).toBe('stale');
  }
  const abandoned = await createLease(engine, { directory });
  await abandoned.abandon();
  expect(await leaseState(engine, abandoned.id, { directory })).toBe('stale');
});

test('of another machine it goes by its expiry, which renewing moves', async () => {
  const lease = await createLease(engine, { directory, ttl: 1000 });
  await change(lease.id, { holder: { hostname: 'elsewhere' } });
  const state = (ms: number): Promise<string> =>
    leaseState(engine, lease.id, { directory, now: new Date(Date.now() + ms) });
  expect(await state(0)).toBe('held');
  expect(await state(5000)).toBe('stale');
  const longer = await createLease(engine, { directory, ttl: 1000 });
  await change(longer.id, { expiresAt: new Date(0).toISOString() });
  await longer.renew();
  const { expiresAt } = JSON.parse(await readFile(join(directory, `${longer.id}.json`), 'utf8'));
  expect(new Date(expiresAt).getTime()).toBeGreaterThan(Date.now() - 1000);
});

test('of another engine, of a broken file or with a name that leads elsewhere, it is unknown', async () => {
  const lease = await createLease(engine, { directory });
  expect(await leaseState('unix:///other.sock', lease.id, { directory })).toBe('unknown');
  await writeFile(join(directory, `${lease.id}.json`), '{');
  expect(await leaseState(engine, lease.id, { directory })).toBe('unknown');
  const whole = await readFile(
    join(directory, `${(await createLease(engine, { directory })).id}.json`),
    'utf8',
  );
  await writeFile(join(directory, 'elsewhere.json'), whole);
  const inside = join(directory, 'leases');
  expect(await leaseState(engine, '../elsewhere', { directory: inside })).toBe('unknown');
});
