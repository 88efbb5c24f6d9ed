// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import { expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Problem } from './problem.ts';

/** Errors and warnings of a file, each as `line:column path message`. */
async function faults(
  text: string,
  { over, env = { EMPTY: '' } }: { over?: string; env?: Record<string, string> } = {},
): Promise<string[]> {
  const access = memoryFiles({ '/app/compose.yaml': text, '/app/over.yaml': over ?? '' });
  const files = over === undefined ? ['compose.yaml'] : ['compose.yaml', 'over.yaml'];
  const found = await loadProject({ workingDirectory: '/app', env, files, access }).then(
    ({ warnings }) => warnings,
    (error: unknown) => {
      if (isWherryError(error, 'INVALID')) return error.details.problems as Problem[];
      throw error;
    },
  );
  return found.map(({ severity, line, column, path, message }) =>
    [severity === 'error' ? 'E' : 'W', `${line}:${column}`, path, message].join(' '),
  );
}

test('every fault of a file at once, in its order, each at its place', async () => {
  const text = `services:
  web:
    imagee: x
    ports: ["80:90-92", {published: 1}]
    depends_on: [chache]
    privileged: maybe
    links: [a]
    cpu_count: 1
    hostname: \${NOPE}
    domainname: \${NOPE:?say it}
  cache:
    image: 3
    depends_on: [web]
    mem_limit: lots
    command: "x 'y"
    healthcheck: {test: [nonsense], interval: 5}
foo: 1
`;
  expect(await faults(text)).toMatchInlineSnapshot(`
    [
      "E 2:3 services.web needs an image or a build",
      "E 3:5 services.web.imagee the Compose specification has no such key here",
      "E 4:13 services.web.ports[0] the ranges 80 and 90-92 in "80:90-92" are of different length",
      "E 4:25 services.web.ports[1] needs a target, the port in the container",
      "E 5:18 services.web.depends_on.chache depends on chache, which is no service",
      "E 6:17 services.web.privileged "maybe" is neither true nor false",
      "E 7:13 services.web.depends_on.a depends on a, which is no service",
      "W 8:5 services.web.cpu_count has no effect: it is for Windows containers",
      "W 9:15 services.web.hostname the variable NOPE is not set, defaulting to blank",
      "E 10:17 services.web.domainname the required variable NOPE is not set: say it",
      "E 12:12 services.cache.image must be a string, is a number",
      "E 14:16 services.cache.mem_limit "lots" is not a size",
      "E 15:14 services.cache.command has a quote or a parenthesis without its partner",
      "E 16:25 services.cache.healthcheck.test starts with "nonsense"",
      "E 16:47 services.cache.healthcheck.interval must be a string, is a number",
      "E 17:1 foo the Compose specification has no such key here",
    ]
  `);
});

test('the message has file, line, column, path and the hint; one fault alone has it in `hint`', async () => {
  const access = memoryFiles({ '/app/compose.yaml': 'services:\n  a:\n    imgae: x\n    build: .\n' });
  const error = await loadProject({ workingDirectory: '/app', env: {}, access }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'INVALID',
    message: '/app/compose.yaml:3:5: services.a.imgae: the Compose specification has no such key here',
    hint: 'did you mean "image"?',
  });
});

test('a value keeps its place through merging, anchors and interpolation', async () => {
  const base = 'x-p: &p\n  privileged: ${EMPTY:-perhaps}\nservices:\n  a:\n    <<: *p\n    image: x\n';
  const over = '# later file\nservices:\n  a:\n    init: never\n';
  const access = memoryFiles({ '/app/a.yaml': base, '/app/b.yaml': over });
  const loading = loadProject({ workingDirectory: '/app', env: {}, files: ['a.yaml', 'b.yaml'], access });
  const error = await loading.catch((reason: unknown) => reason);
  expect(String(error).split('\n')).toEqual([
    'WherryError: /app/a.yaml:2:15: services.a.privileged: "perhaps" is neither true nor false',
    '/app/b.yaml:4:11: services.a.init: "never" is neither true nor false',
  ]);
});

test('cycles are named', async () => {
  const text = `services:
  a: {image: x, depends_on: [b]}
  b: {image: x, depends_on: [c]}
  c: {image: x, depends_on: [b, d]}
  d: {image: x, network_mode: "service:d"}
  e: {image: x, depends_on: [a]}
`;
  expect(await faults(text)).toEqual([
    'E 4:30 services.c.depends_on.b the services depend on each other: b → c → b',
    'E 5:31 services.d.depends_on.d the services depend on each other: d → d',
  ]);
});

test('services as contexts of builds are built ones, and not in a circle', async () => {
  const text = `services:
  a: {build: {context: ., additional_contexts: [x=service:b, y=service:nope]}}
  b: {build: {context: ., additional_contexts: [z=service:c]}}
  c: {build: {context: ., additional_contexts: [z=service:b, i=service:d]}}
  d: {image: x}
`;
  expect(await faults(text)).toEqual([
    'E 2:14 services.a.build the context y is of nope, which is no service',
    'E 4:14 services.c.build the context i is of the service d, which is not built',
    'E 4:14 services.c.build the services are built from each other: b → c → b',
  ]);
});

test('a later file hides no value of the wrong kind in an earlier one', async () => {
  const text = 'services: {a: {image: 3, tty: maybe, scale: 2, ports: 80, develop: }, b: 5}\nvolumes: x\n';
  const over = 'services: {a: {image: x, tty: true, ports: ["80"]}, b: {image: x}}\nvolumes: {}\n';
  expect(await faults(text, { over })).toEqual([
    'E 1:23 services.a.image must be a string, is a number',
    'E 1:31 services.a.tty "maybe" is neither true nor false',
    'E 1:55 services.a.ports must be a list, is a number',
    'E 1:74 services.b must be a mapping, is a number',
    'E 2:10 volumes must be a mapping, is a string',
  ]);
});

test('what an unset variable leaves empty in deploy says nothing, and one container a host is one', async () => {
  const deploy = '{mode: "", restart_policy: {condition: ""}, update_config: {failure_action: ""}}';
  const text = `services: {a: {image: x, deploy: ${deploy}}, b: {image: x, deploy: {mode: global}}}\n`;
  expect(await faults(text)).toEqual([]);
});

test('agents of a build that are listed are the default one or have a path', async () => {
  const text =
    'services: {a: {build: {context: ., ssh: [default, id=./key, mine]}}, b: {build: {ssh: {mine: }}}}\n';
  expect(await faults(text)).toEqual(['E 1:61 services.a.build.ssh[2] "mine" is no ssh key']);
});

test('what a fragment lacks whose profile is off is no fault, until its profile is on', async () => {
  const text = `services:
  base: {profiles: [fragment], scale: 2, deploy: {replicas: 3}}
  a: {extends: base, image: x, profiles: !reset [], scale: 3}
  b: {image: 5, extends: nope}
`;
  expect(await faults(text.replace(/ {2}b: .*\n/, ''))).toEqual([]);
  const told = await faults(text, { env: { COMPOSE_PROFILES: 'fragment' } });
  expect(told).toContain('E 2:3 services.base needs an image or a build');
  expect(told).toContain('E 2:3 services.base scale says 2, deploy.replicas says 3');
  expect(told.join()).not.toContain('services.b needs');
});

test('the default platform is one of those that are built for', async () => {
  const text = 'services: {a: {build: {context: ., platforms: [linux/arm64, linux/amd64]}}}\n';
  expect(await faults(text, { env: { DOCKER_DEFAULT_PLATFORM: 'linux/amd64' } })).toEqual([]);
  expect(await faults(text, { env: { DOCKER_DEFAULT_PLATFORM: 'windows/amd64' } })).toContain(
    'E 1:23 services.a.build service "a" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: windows/amd64',
  );
});

test('the key that came before initial_sync is told to be the former one', async () => {
  const text = `services:
  a: {build: ., develop: {watch: [{action: sync, path: ., target: /x, x-initialSync: true}]}}
  b: {build: ., develop: {watch: [{action: sync, path: ., target: /x, x-initialSync: false}]}}
`;
  expect(await faults(text)).toEqual([
    'W 2:86 services.a.develop.watch[0].x-initialSync x-initialSync is DEPRECATED, please use the official `initial_sync` attribute',
  ]);
});

test('a chain of thousands of services is no cycle and no stack overflow', async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `  s${i}: {image: x, depends_on: [s${i + 1}]}\n`);
  expect(await faults(`services:\n${lines.join('')}  s5000: {image: x}\n`)).toEqual([]);
});

test.each([
  [
    'build: {additional_contexts: [b=., c]}\n    working_dir: ""\n    mac_address: ""',
    'E 4:40 services.a.build.additional_contexts[1] "c" is no context',
  ],
  ['networks: [nope]', 'E 4:16 services.a.networks.nope there is no network nope'],
  ['volumes: ["nope:/x"]', 'E 4:15 services.a.volumes[0] there is no volume nope'],
  ['secrets: [nope]', 'E 4:15 services.a.secrets[0] there is no secret nope'],
  ['configs: [{source: nope}]', 'E 4:15 services.a.configs[0] there is no config nope'],
  [
    'depends_on: [b]',
    'E 4:18 services.a.depends_on.b depends on b, which takes no part: its profile is not active',
  ],
  [
    'depends_on: {z: {condition: service_started, required: false}}',
    'E 4:18 services.a.depends_on.z depends on z, which is no service',
  ],
  ['depends_on: {b: {condition: service_started, required: false}}', undefined],
  ['depends_on: {c: {}}', 'E 4:21 services.a.depends_on.c needs a condition'],
  [
    'depends_on: {c: {condition: service_healthy}}',
    'E 4:18 services.a.depends_on.c waits for c to be healthy, whose health check is disabled',
  ],
  ['network_mode: "service:nope"', 'E 4:19 services.a.depends_on.nope depends on nope, which is no service'],
  [
    'network_mode: host\n    networks: [default]',
    'E 2:3 services.a network_mode and networks exclude each other',
  ],
  ['network_mode: host\n    ports: [80]', 'W 2:3 services.a ports have no effect with network_mode host'],
  ['container_name: nm\n    scale: 2', 'E 2:3 services.a 2 containers cannot all be named nm'],
  ['container_name: taken', 'E 5:3 services.c the container name "taken" is already in use by service a'],
  [
    'ports: ["81:80", "81:81"]',
    'E 4:22 services.a.ports[1] the host port 81/tcp is published twice by this service',
  ],
  [
    'ports: ["0.0.0.0:82:80"]',
    'E 5:78 services.c.ports[0] the host port 82/tcp is published by service a too',
  ],
  ['ports: ["127.0.0.2:83:80", "127.0.0.3:83:80", "82:1/udp"]', undefined],
  ['scale: 2\n    deploy: {replicas: 3}', 'E 2:3 services.a scale says 2, deploy.replicas says 3'],
  [
    'mem_limit: 1m\n    deploy: {resources: {limits: {memory: 2m}}}',
    'E 2:3 services.a mem_limit says 1048576, deploy.resources.limits.memory says 2097152',
  ],
  [
    'platform: linux/arm64\n    build: {platforms: [linux/amd64]}',
    'E 5:12 services.a.build service.build.platforms MUST include service.platform "linux/arm64"',
  ],
  [
    'build: {platforms: [linux/amd64, linux/arm64]}',
    "W 4:12 services.a.build one image is built, for the engine's own platform if it is listed, else for linux/amd64",
  ],
  ['tmpfs: /t\n    volumes: ["/x:/t"]', 'E 5:15 services.a.volumes[0] /t is mounted by tmpfs already'],
  ['tmpfs: /t:exec,bogus', 'E 4:12 services.a.tmpfs the tmpfs option "bogus" is not supported'],
  [
    'build: {dockerfile: a, dockerfile_inline: b}',
    'E 4:12 services.a.build dockerfile and dockerfile_inline exclude each other',
  ],
  [
    'volumes: [{type: bind, target: /x}]',
    'E 4:15 services.a.volumes[0] a mount of type bind needs a source, a path of the host',
  ],
  [
    'volumes: [{type: tmpfs, target: /x, bind: {}}]',
    'E 4:15 services.a.volumes[0].bind a mount of type tmpfs takes no bind options',
  ],
  [
    'deploy: {mode: global-job, restart_policy: {condition: ""}}',
    'E 4:20 services.a.deploy.mode the mode global-job is not supported: it is for Swarm',
  ],
  ['working_dir: here', 'E 4:18 services.a.working_dir "here" is not an absolute path'],
  ['volumes: ["./x:here"]', 'E 4:15 services.a.volumes[0] "here" is not an absolute path'],
  ['dns: [1.1.1.1, name]', 'E 4:10 services.a.dns "name" is not an IP address'],
  ['environment: ["=x"]', 'E 4:18 services.a.environment "" is no name of a variable'],
  ['cpus: 1\n    cpu_quota: 5', 'E 2:3 services.a cpus excludes cpu_quota and cpu_period'],
  ['extends: nope', 'E 4:14 services.a.extends /app/compose.yaml has no service nope'],
  ['extends: {file: x.yaml}', 'E 4:14 services.a.extends needs a service'],
  [
    'extends: {service: b, file: x.yaml}',
    'E 4:33 services.a.extends.file the compose file /app/x.yaml does not exist',
  ],
  [
    'extends: a',
    'E 4:14 services.a.extends the services extend each other: a in compose.yaml → a in compose.yaml',
  ],
  ['storage_opt: {foo: 1}', 'E 4:19 services.a.storage_opt.foo is not supported: only size is'],
])('%s', async (lines, fault) => {
  const rest = `  c: {image: x, healthcheck: {disable: true}, container_name: taken, ports: ["127.0.0.1:82:82"]}
  b: {image: x, profiles: [p]}
`;
  const text = `services:\n  a:\n    image: x\n    ${lines}\n${rest}`;
  expect((await faults(text)).map((line) => line.replace(/^E 6:(78|3) /, 'E 5:$1 '))).toEqual(
    fault === undefined ? [] : [fault],
  );
});

test.each([
  [
    'networks: {n: {external: true, driver: x}}',
    'W 4:32 networks.n.driver has no effect: the network is external',
  ],
  [
    'volumes: {v: {external: true, driver: x}}',
    'E 4:31 volumes.v.driver cannot be said of something external',
  ],
  [
    'volumes: {v: {external: {nam: foo}}}',
    'E 4:26 volumes.v.external.nam the Compose specification has no such key here',
  ],
  ['networks: 5', 'E 4:11 networks must be a mapping, is a number'],
  ['name: "[]"', 'E 4:7 name "[]" is no project name'],
  ['include: [{path: ""}]', 'E 4:18 include[0].path must not be empty'],
  ['volumes: {v: {external: {name: foo}}}', 'W 4:25 volumes.v.external a mapping is the old form'],
  [
    'secrets: {s: {external: true}}',
    'E 4:25 secrets.s.external is not supported: an engine outside Swarm keeps no secrets or configs',
  ],
  ['secrets: {s: {}}', 'E 4:11 secrets.s needs one of file, environment'],
  ['configs: {c: {file: a, content: b}}', 'E 4:11 configs.c file and content exclude each other'],
  ['volumes:', 'E 4:1 volumes must be a mapping, is empty'],
  ['volumes: {"a b": }', 'E 4:11 volumes.a b is no name'],
  ['include: [x.yaml]', 'E 4:11 include[0] the compose file /app/x.yaml does not exist'],
  ['include: [compose.yaml]', 'E 4:11 include[0] the files include each other: compose.yaml → compose.yaml'],
])('%s', async (line, fault) => {
  expect(await faults(`services:\n  a:\n    image: x\n${line}\n`)).toEqual([fault]);
});

test('a later file of another shape is told where it stands', async () => {
  const found = await faults('services: {a: {image: x, cap_add: [A]}}\n', {
    over: 'services:\n  a:\n    cap_add: {b: c}\n',
  });
  expect(found).toContain(
    'E 3:14 services.a.cap_add a mapping cannot be merged over a list of an earlier file',
  );
});

test.each([
  ['', 'the file is empty'],
  ['# only a comment\n', 'the file is empty'],
  ['{}\n', 'the file is empty'],
  ['version: "3"\n', 'the file is empty'],
  ['- a list\n', 'a compose file is a mapping, this is a list'],
  ['text\n', 'a compose file is a mapping, this is a string'],
  [
    'services:\n  a: {image: x\n',
    'Flow map in block collection must be sufficiently indented and end with a }',
  ],
  ['services:\n\ta: x\n', 'Tabs are not allowed as indentation'],
  ['a: *nowhere\n', 'there is no anchor &nowhere above'],
  ['a: &a [*a]\n', 'the alias *a stands inside its own anchor'],
  ['x-a: 1\nx-a: 2\nservices: {}\n', 'the key stands twice, first in line 1'],
  ['x-a: !nope 1\n', 'the tag !nope is not known'],
  ['? [a]\n: b\n', 'a key must be plain text'],
  ['x-a: {<<: text}\n', '"<<" takes a mapping or a list of mappings'],
])('the file %j: %s', async (text, message) => {
  expect((await faults(text)).join('\n')).toContain(message);
});

test('hostile files end in a clear error, soon', async () => {
  const lol = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    lol.push(`b${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  expect((await faults(`x-lol:\n  ${lol.join('\n  ')}\n`)).join()).toContain(
    'the aliases expand to more than',
  );
  expect((await faults(`x-deep: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`)).join()).toContain(
    'inside each other',
  );
  expect(
    (
      await faults(`x-deep:\n${Array.from({ length: 200 }, (_, i) => `${' '.repeat(i + 1)}a:\n`).join('')}`)
    ).join(),
  ).toContain('inside each other');
  expect((await faults(`x-big: "${'x'.repeat(9 * 1024 * 1024)}"\n`)).join()).toContain(
    'the file has more than',
  );
  const wide = `services:\n  a:\n    image: x\n    labels: {${Array.from({ length: 50_000 }, (_, i) => `k${i}: v`).join(', ')}}\n`;
  expect(await faults(wide)).toEqual([]);
  const unknown = Array.from({ length: 50_000 }, (_, i) => `  k${i}: {}\n`).join('');
  const many = await faults(
    `services:\n  a: {image: x}\nnetworks: {n: {driver: 1}}\nx: 1\nlabels:\n${unknown}`,
  );
  expect(many).toHaveLength(3);
  const wrong = await faults(`services:\n  a:\n    image: x\n${unknown.replaceAll('  k', '    k')}`);
  expect(wrong).toHaveLength(1001);
  expect(wrong[0]).toContain('there are more than 1000 faults; the others are not listed');
  expect((await faults(`services: {a: {image: x, cpu_shares: ${'9'.repeat(1_000_000)}}}\n`)).join()).toMatch(
    /^E 1:38 services.a.cpu_shares "9{249} … 9+" is not a number$/,
  );
});

test.each(['', '# only a comment\n'])(
  'a file without a word (%j) is let pass beside another one',
  async (over) => {
    expect(await faults('services: {a: {image: x}}\n', { over })).toEqual([]);
    expect(await faults(over, { over: 'services: {a: {image: x}}\n' })).toEqual([]);
    expect(await faults(over, { over })).toEqual(['E 1:1  the file is empty']);
  },
);

test('a file that is no text is told where it stops being one', async () => {
  expect(await faults('services:\n  a: {image: "x\0y"}\n')).toEqual([
    'E 2:16  a control character (0x00) stands here, which YAML has only as an escape in double quotes',
  ]);
  expect(await faults('services: {a: {image: x}} # \u007f \ufffd \u{1f600}\n')).toEqual([]);
});

test('a quote that stays open is reported where it opens', async () => {
  const file = (image: string): string =>
    `services:\n  a:\n    image: ${image}\n    init: true\nvolumes: {b: }\n`;
  expect(await faults(file('"x'))).toEqual(['E 3:12  the quote that opens here is never closed']);
  expect(await faults(file("'x"))).toEqual(['E 3:12  the quote that opens here is never closed']);
});

test('a label needs a name', async () => {
  const service = (labels: string): string => `services: {a: {image: x, labels: ${labels}}}`;
  for (const labels of ['{"": x}', '["=x"]', '[a=b, ""]'])
    expect(await faults(service(labels))).toEqual(['E 1:34 services.a.labels a label needs a name']);
  expect(await faults(`${service('{a: b}')}\nnetworks: {n: {labels: {"": x}}}`)).toEqual([
    'E 2:24 networks.n.labels a label needs a name',
  ]);
});

test('names that are neither a list nor a mapping, and reserved devices that say not what they are for', async () => {
  const text = `services:
  a: {image: x, depends_on: b, networks: n}
  b: {image: x, deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}}
networks: {n: {}}
`;
  expect(await faults(text)).toEqual([
    'E 2:29 services.a.depends_on must be a list or a mapping, is a string',
    'E 2:42 services.a.networks must be a list or a mapping, is a string',
    'E 3:63 services.b.deploy.resources.reservations.devices[0] needs capabilities',
  ]);
});

test('less than no cores', async () => {
  const resources = (cpus: string): string => `{limits: {cpus: ${cpus}}, reservations: {cpus: ${cpus}}}`;
  const text = (cpus: string): string =>
    `services:\n  a: {image: x, deploy: {resources: ${resources(cpus)}}}\n`;
  const found = await faults(text('-0.5'));
  expect(found.filter((line) => line.startsWith('E'))).toEqual([
    'E 2:53 services.a.deploy.resources.limits.cpus cannot be negative',
    'E 2:81 services.a.deploy.resources.reservations.cpus cannot be negative',
  ]);
  expect((await faults(text('0.5'))).filter((line) => line.startsWith('E'))).toEqual([]);
});
