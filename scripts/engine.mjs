// Asks a container engine who it is: `node engine.mjs unix:///var/run/docker.sock` prints `docker 20.10.24+dfsg1 1.41`,
// or one line about why not, with exit code 1. Plain JavaScript: it runs before `npm ci`, on any Node.
import { request } from 'node:http';

const host = process.argv[2] ?? 'unix:///var/run/docker.sock';
const timeout = 5_000;

function fail(reason) {
  console.error(`${host}: ${reason}`);
  process.exit(1);
}

function address() {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  if (host.startsWith('tcp://')) {
    const url = new URL(host);
    return { host: url.hostname, port: url.port || 2375 };
  }
  return fail('only unix:// and tcp:// hosts can be asked');
}

const call = request({ ...address(), path: '/version', timeout }, (response) => {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    body += chunk;
  });
  response.on('end', () => {
    if (response.statusCode !== 200) fail(`answered ${response.statusCode}`);
    const { Version, ApiVersion, Components = [] } = JSON.parse(body);
    const kind = Components.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'docker';
    console.log(`${kind} ${Version} ${ApiVersion}`);
  });
});
call.on('timeout', () => fail(`no answer within ${timeout / 1000} s`));
call.on('error', (error) => fail(error.code ?? error.message));
call.end();
