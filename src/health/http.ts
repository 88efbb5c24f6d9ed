import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestPlain,
} from 'node:http';
import { request as requestTls } from 'node:https';
import { cancelled, WherryError } from '../core/errors.ts';
import type { Check, CheckOutcome } from './check.ts';
import type { HttpTarget, TlsOptions } from './target.ts';

const bodyLimit = 1024 * 1024;

/** Sends one request, follows redirects, and judges status and body. */
export const checkHttp: Check<HttpTarget> = async (target, { signal }) => {
  const limit = target.maxRedirects ?? 5;
  let url = parseUrl(target.url);
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(url, target, signal);
    const location = isRedirect(response) ? response.headers.location : undefined;
    if (location === undefined || limit === 0) return await judge(response, url, target, signal);
    response.destroy();
    if (redirects >= limit) {
      return {
        healthy: false,
        message: `${target.url} redirects more than ${limit} times`,
        details: { url: url.href },
      };
    }
    url = parseUrl(new URL(location, url).href);
  }
};

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new WherryError('INVALID', `"${text}" is not an http or https URL`);
  }
  return url;
}

function isRedirect(response: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(response.statusCode ?? 0);
}

function send(url: URL, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  // Credentials and other headers are for the host that they were written for, not for wherever it redirects.
  const own = url.host === new URL(target.url).host;
  const options: RequestOptions = {
    method: target.method ?? 'GET',
    headers: {
      'user-agent': 'wherry-health',
      accept: '*/*',
      connection: 'close',
      ...(own ? target.headers : {}),
    },
    agent: false,
  };
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled(signal));
    const request: ClientRequest =
      url.protocol === 'https:'
        ? requestTls(url, { ...options, ...tlsFields(target.tls) })
        : requestPlain(url, options);
    const abort = (): void => {
      request.destroy();
      reject(cancelled(signal));
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', (error) => {
      signal.removeEventListener('abort', abort);
      reject(error);
    });
    request.on('response', (response) => {
      response.on('error', () => undefined);
      response.once('close', () => signal.removeEventListener('abort', abort));
      resolve(response);
    });
    request.end();
  });
}

/** The fields of {@link TlsOptions} as node:tls names them. */
export function tlsFields(tls: TlsOptions | undefined): {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
} {
  if (tls === undefined) return {};
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: Buffer.from(tls.key.reveal()).toString() }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.verify === undefined ? {} : { rejectUnauthorized: tls.verify }),
  };
}

async function judge(
  response: IncomingMessage,
  url: URL,
  target: HttpTarget,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const status = response.statusCode ?? 0;
  const details = { url: url.href, status };
  const wanted = (target.status ?? [[200, 399] as const]).some((range) =>
    typeof range === 'number' ? range === status : status >= range[0] && status <= range[1],
  );
  if (!wanted || target.body === undefined) {
    response.destroy();
    return { healthy: wanted, message: `${url.href} answers ${status}`, details };
  }
  const text = await readBody(response, signal);
  const { body } = target;
  // A copy: a global or sticky expression of the caller's keeps its place between uses.
  const matches =
    typeof body === 'string'
      ? text.includes(body)
      : new RegExp(body.source, body.flags.replace(/[gy]/g, '')).test(text);
  const message = `${url.href} answers ${status}, and its body ${matches ? 'matches' : `does not match ${body}`}`;
  return { healthy: matches, message, details: { ...details, body: text.slice(0, 200) } };
}

async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= bodyLimit) break;
    }
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    throw error;
  }
  return Buffer.concat(chunks).subarray(0, bodyLimit).toString();
}
