import { connect, EventBus } from 'wherry';
import { ResourceMonitor } from 'wherry/monitor';

await using backend = await connect();
const events = new EventBus();
events.subscribe({ types: ['threshold.raised', 'threshold.cleared'] }, ({ type, data }) =>
  console.log(`${type}: ${data.rule}, ${data.subject} is at ${data.value}`),
);
await using monitor = new ResourceMonitor({
  backends: [backend],
  events,
  interval: 500,
  rules: [
    // Said once it has been so for 5 s; over when memory in use is at 95 % or below.
    { metric: 'system.memory', operator: '>', threshold: 99, clearAt: 95, for: 5000 },
    { metric: 'container.*.pids', operator: '>', threshold: 10_000 },
  ],
});

const id = await backend.create({ image: 'quickstart-cache' });
try {
  await backend.start(id);
  monitor.start();
  for await (const { system, containers } of monitor.snapshots()) {
    const redis = containers.find((container) => container.id === id);
    // The first sample has no CPU figure: a share of time needs two.
    if (redis === undefined || redis.cpu === null) continue;
    console.log(`the machine has ${system?.cpus} cores, redis holds ${redis.memory} bytes`);
    break;
  }
} finally {
  await backend.remove(id, { force: true });
}
