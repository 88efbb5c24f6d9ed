import { describe, expect, test } from 'vitest';
import { ProviderMessages } from './messages.ts';

function read(...chunks: string[]): { messages: ProviderMessages; told: string[] } {
  const told: string[] = [];
  const messages = new ProviderMessages({
    onInfo: (message) => told.push(`info ${message}`),
    onDebug: (message) => told.push(`debug ${message}`),
  });
  for (const chunk of chunks) messages.add(new TextEncoder().encode(chunk));
  messages.end();
  return { messages, told };
}

const line = (type: string, message: string): string => `${JSON.stringify({ type, message })}\n`;

describe('what a provider writes', () => {
  test('is told and gathered, however it is cut', () => {
    const text = [
      line('info', 'first\nsecond'),
      '\n',
      line('debug', 'x'),
      line('setenv', 'URL=http://x?a=b'),
      line('rawsetenv', 'KEY='),
    ].join('');
    for (const chunks of [[text], [...text], [text.trimEnd()]]) {
      const { messages, told } = read(...chunks);
      expect(told).toEqual(['info first', 'debug x']);
      expect(messages.variables).toEqual({ prefixed: { URL: 'http://x?a=b' }, raw: { KEY: '' } });
      expect(messages.fault).toBeUndefined();
    }
  });

  test('may be an error: the first one counts', () => {
    expect(read(line('error', 'no money'), line('error', 'bye')).messages.failure).toBe('no money');
  });

  test.each([
    'hello\n',
    '[]\n',
    '{"message":"x"}\n',
    line('setenv', 'URL'),
    line('setenv', '=x'),
    line('other', 'x'),
  ])('may be no message, and is not repeated then: %j', (text) => {
    const { fault } = read(text).messages;
    expect(fault?.code).toBe('PROTOCOL');
    expect(JSON.stringify(fault)).not.toContain('URL');
  });
});
