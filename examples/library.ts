import { connect } from 'wherry';
import { HealthChecker, waitHealthy } from 'wherry/health';

await using backend = await connect(); // Docker or Podman, wherever it is
const id = await backend.create({
  image: 'quickstart-cache',
  ports: [{ hostIp: '127.0.0.1', target: 6379 }],
});
try {
  await backend.start(id);
  const { ports } = await backend.inspect(id);
  const port = ports[0]?.published ?? 0;
  await waitHealthy(new HealthChecker({ backend }), { kind: 'tcp', port }, { container: id });
  const { stdout } = await backend.execCapture(id, { command: ['redis-cli', 'set', 'greeting', 'ahoy'] });
  console.log(`redis on port ${port} says ${stdout.trim()}`);
} finally {
  await backend.remove(id, { force: true });
}
