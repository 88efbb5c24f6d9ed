import type { Socket } from 'node:net';

/** What an HTTP client is told instead of being held until the service is ready. */
export interface WaitingAnswer {
  /** ms that a client is held before it is answered. Default: 1000. */
  after?: number | undefined;
  /** The page. Default: one that says so and loads again by itself. */
  html?: string | undefined;
  /** Seconds after which the client shall come again. Default: 2. */
  retryAfter?: number | undefined;
}

/** ms that a held HTTP client waits by default before it is answered. */
export const defaultAnswerDelay = 1000;

const requestLine = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) \S+ HTTP\/1\.[01]\r?\n/;

/** Whether what the client has sent so far begins an HTTP/1 request. What was sent stays to be read. */
export function speaksHttp(client: Socket): boolean {
  const sent: Buffer | null = client.read();
  if (sent === null) return false;
  client.unshift(sent);
  return requestLine.test(sent.toString('latin1', 0, 8192));
}

/** `503 Service Unavailable` with `Retry-After`, after which the connection ends (RFC 9110 §15.6.4). */
export function answerWaiting(client: Socket, answer: WaitingAnswer): void {
  const retryAfter = answer.retryAfter ?? 2;
  const body = Buffer.from(answer.html ?? page(retryAfter));
  const head = [
    'HTTP/1.1 503 Service Unavailable',
    `Retry-After: ${retryAfter}`,
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  client.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}

function page(refresh: number): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<meta charset="utf-8"><meta http-equiv="refresh" content="${refresh}">`,
    '<title>Starting</title>',
    '<p>This service is starting. The page loads again by itself.</p>',
    '</html>',
    '',
  ].join('\n');
}
