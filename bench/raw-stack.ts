import type { RawEngine } from './raw-engine.ts';
import { project, type Stack, second } from './stacks.ts';

/** The same containers by the fewest calls that do it, as parallel as the gates allow. */
export async function rawUp(raw: RawEngine, { waves, healthcheck }: Stack, image: string): Promise<void> {
  const ids = new Map<string, string>();
  const healthy = new Set<string>();
  let changed: () => void = () => undefined;
  const filters = encodeURIComponent(
    JSON.stringify({ type: ['container'], label: [`com.docker.compose.project=${project}`] }),
  );
  const events = raw.follow(`/${raw.version}/events?filters=${filters}`, (event) => {
    if (event.Action === 'health_status: healthy') healthy.add((event.Actor as { ID: string }).ID);
    changed();
  });
  try {
    await events.ready;
    const labels = { 'com.docker.compose.project': project };
    const network = `${project}_default`;
    await raw.call('POST', `/${raw.version}/networks/create`, { Name: network, Labels: labels });
    const boot = async (name: string, before: readonly string[]): Promise<void> => {
      const { Id } = await raw.call<{ Id: string }>(
        'POST',
        `/${raw.version}/containers/create?name=${project}-${name}-1`,
        {
          Image: image,
          Cmd: ['sleep', '3600'],
          Labels: labels,
          Healthcheck: {
            Test: healthcheck.test,
            Interval: healthcheck.interval,
            Timeout: 5 * second,
            Retries: 3,
            StartPeriod: healthcheck.start_period,
            StartInterval: healthcheck.start_interval,
          },
          HostConfig: { NetworkMode: network },
          NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
        },
      );
      ids.set(name, Id);
      const isHealthy = (other: string): boolean => healthy.has(ids.get(other) ?? '');
      while (!before.every(isHealthy)) await nextChange();
      await raw.call('POST', `/${raw.version}/containers/${Id}/start`);
      while (!isHealthy(name)) await nextChange();
    };
    const waiting = new Set<() => void>();
    changed = () => {
      for (const wake of waiting) wake();
      waiting.clear();
    };
    const nextChange = (): Promise<void> => new Promise((resolve) => void waiting.add(resolve));
    await Promise.all(waves.flatMap((wave, index) => wave.map((name) => boot(name, waves[index - 1] ?? []))));
  } finally {
    events.stop();
  }
}

/** Wave by wave from the last: stopped, then removed; then the network. */
export async function rawDown(raw: RawEngine, { waves }: Stack): Promise<void> {
  for (const wave of [...waves].reverse()) {
    await Promise.all(
      wave.map(async (name) => {
        const container = `/${raw.version}/containers/${project}-${name}-1`;
        await raw.call('POST', `${container}/stop?t=0`);
        await raw.call('DELETE', container);
      }),
    );
  }
  await raw.call('DELETE', `/${raw.version}/networks/${project}_default`);
}

export async function clear(raw: RawEngine): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const list = await raw.call<{ Id: string }[]>(
    'GET',
    `/${raw.version}/containers/json?all=1&filters=${filters}`,
  );
  await Promise.all(list.map(({ Id }) => raw.call('DELETE', `/${raw.version}/containers/${Id}?force=1&v=1`)));
  const networks = await raw.call<{ Id: string }[]>('GET', `/${raw.version}/networks?filters=${filters}`);
  await Promise.all(networks.map(({ Id }) => raw.call('DELETE', `/${raw.version}/networks/${Id}`)));
}
