import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { IdleShutdown, LazyBooter } from 'wherry/lifecycle';
import { TcpProxy } from 'wherry/proxy';

const server =
  "require('http').createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
let child: ReturnType<typeof spawn> | undefined;

const booter = new LazyBooter({
  name: 'web',
  start: async () => {
    child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = child.stdout === null ? [] : await once(child.stdout, 'data');
    proxy.retarget([{ host: '127.0.0.1', port: Number(port) }]);
  },
  stop: async () => {
    if (child?.kill() === true) await once(child, 'exit');
  },
});
booter.observe(({ from, to }) => console.log(`${from} → ${to}`));
await using proxy = new TcpProxy({ port: 0, lazy: booter });
await using _idle = new IdleShutdown(booter, { timeout: 200 });
await proxy.listen();

const answer = await fetch(`http://127.0.0.1:${proxy.address.port}`, { headers: { connection: 'close' } });
console.log(await answer.text());
while (booter.state !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 50));
