import { describe, expect, it } from 'vitest';
import { WherryError } from '../../core/errors.ts';
import { parseReference } from '../../core/reference.ts';
import { registryError, registryRefusal } from './registry-error.ts';

const pull = { verb: 'pull', reference: parseReference('reg.example/app:1'), authenticated: false } as const;

// What engines said: Docker 20.10 and 29, Podman 4.3 and 5.4.
describe('what engines say of a failed pull', () => {
  it.each([
    ['manifest for reg.example/app:1 not found: manifest unknown: manifest unknown', 'NOT_FOUND'],
    ['failed to resolve reference "reg.example/app:1": reg.example/app:1: not found', 'NOT_FOUND'],
    [
      "pull access denied for app, repository does not exist or may require 'docker login': denied",
      'NOT_FOUND',
    ],
    [
      'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
      'UNAUTHORIZED',
    ],
    [
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      'NOT_FOUND',
    ],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'NOT_FOUND'],
    ['no match for platform in manifest: not found', 'NOT_FOUND'],
    ['Head "http://reg.example/v2/app/manifests/1": no basic auth credentials', 'UNAUTHORIZED'],
    ['Get "http://reg.example/v2/": unauthorized: authentication required', 'UNAUTHORIZED'],
    ['unable to retrieve auth token: invalid username/password: unauthorized', 'UNAUTHORIZED'],
    ['denied: requested access to the resource is denied', 'PERMISSION'],
    ['Get "http://reg.example/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'IMAGE_PULL'],
    ['dial tcp: lookup reg.example on 10.0.0.1:53: no such host', 'IMAGE_PULL'],
    ['Get "https://reg.example/v2/": net/http: TLS handshake timeout', 'IMAGE_PULL'],
    ['http: server gave HTTP response to HTTPS client', 'IMAGE_PULL'],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'IMAGE_PULL'],
    ['failed to register layer: write /usr/lib/x: no space left on device', 'NO_SPACE'],
    ['toomanyrequests: You have reached your pull rate limit.', 'IMAGE_PULL'],
    ['something nobody has seen before', 'IMAGE_PULL'],
  ])('%s: %s', (message, code) => {
    const error = registryError(message, pull);
    expect(error).toMatchObject({
      code,
      details: { registry: 'reg.example', reference: 'reg.example/app:1' },
    });
    expect(error.message).toContain(message);
  });

  it('takes a refusal for wrong credentials when there were some', () => {
    const refused = 'unauthorized: authentication required';
    expect(registryError(refused, pull).hint).toMatch(/log in first/);
    expect(registryError(refused, { ...pull, authenticated: true }).hint).toMatch(/wrong or have expired/);
  });

  it('tells an unknown CA from a certificate that does not fit', () => {
    const unknown = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    expect(registryError(unknown, pull).hint).toContain('/etc/docker/certs.d/reg.example/ca.crt');
    for (const unfit of [
      'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z',
      'x509: certificate is valid for other.example, not reg.example',
      "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    ]) {
      expect(registryError(unfit, pull)).toMatchObject({
        code: 'IMAGE_PULL',
        hint: expect.stringContaining('not for this name or this time'),
      });
    }
  });

  it("reads Podman's refusal, which is a line of the stream", () => {
    const refusal = new WherryError('ENGINE', '{"errorDetail":{"message":"connection refused"}}', {
      details: { status: 500 },
    });
    const error = registryRefusal(refusal, pull) as WherryError;
    expect(error).toMatchObject({
      code: 'IMAGE_PULL',
      message: expect.stringMatching(/\(connection refused\)$/),
    });
    expect(error.cause).toBeUndefined();
  });

  it("takes the engine's status for it where a token server's own words say nothing", () => {
    const refusal = (status: number): WherryError =>
      new WherryError('ENGINE', 'error from registry: no such account', { details: { status } });
    expect(registryRefusal(refusal(401), pull)).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(registryRefusal(refusal(403), pull)).toMatchObject({ code: 'PERMISSION' });
    expect(registryRefusal(refusal(500), pull)).toMatchObject({ code: 'IMAGE_PULL' });
  });

  it('leaves alone what is not about the registry', () => {
    const cancelled = new WherryError('CANCELLED', 'the call was cancelled');
    expect(registryRefusal(cancelled, pull)).toBe(cancelled);
  });
});
