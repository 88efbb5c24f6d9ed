import { expect, it } from 'vitest';
import { composeArguments, roleOf } from './compose-role.ts';

it('plays docker compose when it is called so', () => {
  expect(roleOf('/usr/libexec/docker/cli-plugins/docker-compose')).toBe('compose');
  expect(roleOf('/usr/local/bin/wherry')).toBe('wherry');
  expect(roleOf(undefined)).toBe('wherry');
});

it.each([
  ['compose up -d', 'up -d'],
  ['up compose', 'up compose'],
  ['-f - -p x compose ps', '-f - -p x ps'],
  ['--context far -D compose -f a.yaml logs -f', '--context far --debug -f a.yaml logs -f'],
  ['-c far --log-level warn compose run --workdir /x web', '--context far run --workdir /x web'],
  ['compose --no-ansi --verbose --workdir /src ps', '--ansi never --debug --project-directory /src ps'],
  ['--file=a.yaml -fb.yaml up', '--file a.yaml -fb.yaml up'],
  [
    '--tlsverify --tlscacert=/ca --tlskey k --dry-run=true compose ps',
    '--tlsverify --tlscacert /ca --tlskey k --dry-run=true ps',
  ],
  ['-v', 'version'],
  ['compose --version', 'version'],
  ['compose', ''],
  ['compose exec web -v', 'exec web -v'],
  ['__complete compose -f a.yaml exec we', '-f a.yaml __complete -- exec we'],
  ['__complete compose -f a', '__complete -- -f a'],
])('%s becomes %s', (given, own) => {
  expect(composeArguments(given.split(' ')).argv.join(' ')).toBe(own);
});

it('takes the folder of docker from the option', () => {
  expect(composeArguments(['--config', '/c', 'compose', 'ps'])).toEqual({
    argv: ['ps'],
    variables: { DOCKER_CONFIG: '/c' },
  });
});
