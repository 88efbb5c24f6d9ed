export const project = 'wherry-bench-stack';

/** Services in waves, each of which waits for all of the wave before to be healthy. */
export interface Stack {
  title: string;
  about: string;
  waves: readonly (readonly string[])[];
  healthcheck: {
    test: readonly string[];
    interval: number;
    start_period?: number;
    start_interval?: number;
  };
  rounds: number;
  /** What `wherry up`, `wherry up` of an unchanged project and `down` may cost, against whom. */
  bars: {
    upToRaw?: number;
    upToCompose?: number;
    lazyToRaw?: number;
    unchangedToCompose: number;
    downToRaw?: number;
  };
}

/** ns */
export const second = 1e9;

export const ten: Stack = {
  title: 'Ten services behind health gates',
  about: 'Three waves, health checks every second; images are there.',
  waves: [named('a', 3), named('b', 4), named('c', 3)],
  healthcheck: { test: ['CMD', 'true'], interval: second },
  rounds: 5,
  bars: { upToRaw: 1.1, unchangedToCompose: 0.25 },
};

export const twenty: Stack = {
  title: 'Twenty services behind health gates',
  about:
    'Three waves, health checks every second; images are there. The engine itself checks for the first time after a second; `--no-eager` waits for that.',
  waves: [named('a', 6), named('b', 8), named('c', 6)],
  healthcheck: { test: ['CMD', 'true'], interval: second },
  rounds: 5,
  bars: { upToCompose: 0.7, lazyToRaw: 1.1, unchangedToCompose: 0.25, downToRaw: 1.1 },
};

export const chain: Stack = {
  title: 'A chain of ten services, `start_interval: 100ms`',
  about: 'Each waits for the one before to be healthy; the engine checks every 100 ms during the start.',
  waves: named('s', 10).map((name) => [name]),
  healthcheck: {
    test: ['CMD', 'true'],
    interval: 30 * second,
    start_period: 60 * second,
    start_interval: second / 10,
  },
  rounds: 3,
  bars: { upToCompose: 0.6, unchangedToCompose: 0.1 },
};

function named(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}

export function composeFile({ waves, healthcheck }: Stack, image: string): unknown {
  const { test, interval, start_period, start_interval } = healthcheck;
  const span = (nanoseconds: number): string => `${nanoseconds / 1e6}ms`;
  const services: Record<string, unknown> = {};
  for (const [index, wave] of waves.entries()) {
    const before = waves[index - 1] ?? [];
    for (const name of wave) {
      services[name] = {
        image,
        command: ['sleep', '3600'],
        healthcheck: {
          test,
          interval: span(interval),
          timeout: '5s',
          retries: 3,
          ...(start_period === undefined ? {} : { start_period: span(start_period) }),
          ...(start_interval === undefined ? {} : { start_interval: span(start_interval) }),
        },
        stop_grace_period: '0s',
        depends_on: Object.fromEntries(
          before.map((dependency) => [dependency, { condition: 'service_healthy' }]),
        ),
      };
    }
  }
  return { services };
}
