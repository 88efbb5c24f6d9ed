import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../core/errors.ts';
import { engineError, engineMessage, takenPort } from './engine-error.ts';

/** Texts as engines really wrote them: Docker 20.10 and 29, Podman 4.3 and 5.4. */
const refusals: [ErrorCode, number, string][] = [
  ['NOT_FOUND', 404, 'No such container: x'],
  ['NOT_FOUND', 500, 'no container with name or ID "x" found: no such container'],
  ['ALREADY_EXISTS', 409, 'Conflict. The container name "/x" is already in use by container "abc".'],
  ['ALREADY_EXISTS', 500, 'creating container storage: the container name "x" is already in use by abc.'],
  ['ALREADY_EXISTS', 409, 'network with name x already exists'],
  ['CONFLICT', 409, 'remove v: volume is in use - [abc]'],
  [
    'CONFLICT',
    409,
    'You cannot remove a running container abc. Stop the container before attempting removal',
  ],
  ['CONFLICT', 409, 'Container abc is not running'],
  ['CONFLICT', 500, 'Container abc is not paused'],
  ['CONFLICT', 403, 'error while removing network: network x id abc has active endpoints'],
  ['CONFLICT', 403, 'Pool overlaps with other one on this address space'],
  ['CONFLICT', 500, 'subnet 10.89.0.0/24 is already used on the host or by another config'],
  ['CONFLICT', 500, 'all predefined address pools have been fully subnetted'],
  ['PORT_TAKEN', 500, 'driver failed: Bind for 0.0.0.0:80 failed: port is already allocated'],
  ['PORT_TAKEN', 500, 'listen tcp4 127.0.0.1:8080: bind: address already in use'],
  ['NOT_FOUND', 400, 'invalid mount config for type "bind": bind source path does not exist: /no'],
  ['INVALID', 400, 'OCI runtime create failed: exec: "nope": executable file not found in $PATH: unknown'],
  ['INVALID', 500, 'listen tcp4 203.0.113.9:80: bind: cannot assign requested address'],
  ['INVALID', 400, 'invalid reference format'],
  ['INVALID', 500, 'Invalid subnet x : invalid CIDR address: x'],
  ['INVALID', 500, 'network name a b invalid: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument'],
  ['INVALID', 500, 'invalid signal: SIGNOPE'],
  ['INVALID', 500, 'copier: put: /etc/passwd (/etc/passwd): exists but is not a directory'],
  ['INVALID', 500, 'Error processing tar file(exit status 1): archive/tar: invalid tar header'],
  ['CONFLICT', 500, 'container rootfs is marked read-only'],
  ['UNSUPPORTED', 500, "failed to obtain logs: this container is using the 'none' log driver"],
  ['NO_SPACE', 500, 'write /var/lib/docker/x: no space left on device'],
  ['UNAVAILABLE', 400, 'client version 1.99 is too new. Maximum supported API version is 1.56'],
  ['UNAVAILABLE', 503, 'the engine is going down'],
  ['UNAUTHORIZED', 401, 'unauthorized'],
  ['UNSUPPORTED', 501, 'not implemented'],
  ['ENGINE', 500, 'something else'],
];

describe('a refusal of the engine', () => {
  test.each(refusals)('%s for %i %s', (code, status, message) => {
    const error = engineError({ status, method: 'POST', path: '/x', text: JSON.stringify({ message }) });
    expect(error).toMatchObject({ code, message, details: { status } });
  });

  test('the request that Podman prints before the reason is left out', () => {
    const dump =
      'error during bulk transfer for copier.request{Root:"/", Globs:[]string{}}: reading tar stream: cut';
    const { message } = engineError({
      status: 500,
      method: 'PUT',
      path: '/x',
      text: JSON.stringify({ message: dump }),
    });
    expect(message).toBe('reading tar stream: cut');
  });

  test('a page of HTML is no reason', () => {
    const page = { status: 502, method: 'GET', path: '/x', text: ' <html><h1>Bad gateway</h1></html>' };
    expect(engineError(page)).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the engine answered 502 to GET /x',
    });
  });

  test('an image that is missing can be told from other things', () => {
    const of = (message: string): unknown =>
      engineError({ status: 404, method: 'POST', path: '/x', text: JSON.stringify({ message }) }).details
        .kind;
    expect(of('No such image: a:1')).toBe('image');
    expect(
      of('image with reference a was found but does not provide the specified platform (linux/s390x)'),
    ).toBe('image');
    expect(of('No such container: a')).toBeUndefined();
  });

  test('without a text it names the request', () => {
    expect(engineError({ status: 500, method: 'GET', path: '/info', text: '' }).message).toBe(
      'the engine answered 500 to GET /info',
    );
  });

  test('bodies that are not JSON, or cut JSON, are shown as they came', () => {
    expect(engineMessage('404 page not found\n')).toBe('404 page not found');
    expect(engineMessage('{"message":"half')).toBe('{"message":"half');
  });

  test.each<[string, number | null, string | null]>([
    ['Bind for 127.0.0.1:80 failed: port is already allocated', 80, '127.0.0.1'],
    ['listen tcp4 0.0.0.0:8080: bind: address already in use', 8080, '0.0.0.0'],
    ['listen tcp6 [::]:8080: bind: address already in use', 8080, '::'],
    ['failed to bind host port for 0.0.0.0:81:172.17.0.2:80/tcp: address already in use', 81, '0.0.0.0'],
    ['failed to bind host port 0.0.0.0:82/tcp: address already in use', 82, '0.0.0.0'],
    ['somewhere: address already in use', null, null],
  ])('the port in "%s"', (message, port, hostIp) => {
    expect(takenPort(message)).toEqual({ port, hostIp });
  });
});

test.each([
  "no available IPv4 addresses on this network's address pools: shop_default (abc)",
  'IPAM error: failed to find free IP in range: 10.231.77.1 - 10.231.77.14',
])('tells the way out of a network without a free address: %s', (message) => {
  const refusal = { status: 500, method: 'POST', path: '/x/start', text: JSON.stringify({ message }) };
  expect(engineError(refusal).hint).toContain('a larger one');
});
