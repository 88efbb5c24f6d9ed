// Starts a service, lets go of it, tells when, and stays until it is killed.
import { connect } from '../../../src/index.ts';
import { LifecycleManager } from '../../../src/lifecycle/index.ts';

const { kind, host, id, stateDirectory, idleTimeout } = JSON.parse(process.argv[2] ?? '{}');
const backend = await connect({ type: kind, host });
const manager = new LifecycleManager({ stateDirectory });
manager.register({ name: 'db', backend, container: id, lazyBoot: true, idleTimeout });
await (await manager.acquire('db')).release();
console.log(manager.status('db').idleSince?.toISOString());
setInterval(() => undefined, 60_000);
