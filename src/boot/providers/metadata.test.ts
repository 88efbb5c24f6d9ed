import { describe, expect, test } from 'vitest';
import { providerArguments } from './metadata.ts';

const asked = {
  project: 'app',
  service: 'db',
  provider: { type: 'cloud', options: { size: ['10'], on: ['true'], list: ['a', 'b'] } },
};

describe('the arguments of a provider', () => {
  test('are all options, where it does not say which it knows', () => {
    const words = ['--size=10', '--on=true', '--list=a', '--list=b', 'db'];
    expect(providerArguments('up', {}, asked)).toEqual(['compose', '--project-name=app', 'up', ...words]);
    expect(providerArguments('down', { description: '' }, asked).slice(2)).toEqual(['down', ...words]);
  });

  test('are those that the command knows', () => {
    const metadata = { up: { parameters: [{ name: 'size', required: true }, { name: 'list' }] }, down: {} };
    expect(providerArguments('up', metadata, asked).slice(3)).toEqual([
      '--size=10',
      '--list=a',
      '--list=b',
      'db',
    ]);
    expect(providerArguments('down', metadata, asked).slice(3)).toEqual(['db']);
  });

  test('have what the command needs', () => {
    const metadata = { up: { parameters: [{ name: 'region', required: true }] } };
    expect(() => providerArguments('up', metadata, asked)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: 'db: the provider cloud needs the option region' }),
    );
  });
});
