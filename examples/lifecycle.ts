import { connect, EventBus } from 'wherry';
import { HealthChecker, waitHealthy } from 'wherry/health';
import { LifecycleManager } from 'wherry/lifecycle';

await using backend = await connect();
const container = await backend.create({ image: 'quickstart-cache' });
const checker = new HealthChecker({ backend });
const events = new EventBus();
events.subscribe({}, ({ type, name }) => console.log(type, name));

try {
  await using services = new LifecycleManager({ events });
  services.register({
    name: 'cache',
    backend,
    container,
    lazyBoot: true, // the first acquire starts it
    idleTimeout: 60_000, // a minute without use stops it
    maxConcurrent: 10, // the eleventh user waits for a turn
    health: ({ signal }) =>
      waitHealthy(
        checker,
        { kind: 'exec', container, command: ['redis-cli', 'ping'] },
        { container, signal },
      ),
  });
  {
    await using _lease = await services.acquire('cache');
    console.log('in use:', services.status('cache').activeUsers);
  }
  console.log(services.status('cache').state);
  await services.shutdown(); // what needs others first, what they need last
} finally {
  await backend.remove(container, { force: true });
}
