import { expect, it } from 'vitest';
import { isOn, presentationOf } from './presentation.ts';

const none = { ansi: undefined, progress: undefined };

it('takes the options first, then the variables', () => {
  const env = { COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'none', COMPOSE_STATUS_STDOUT: '1' };
  expect(presentationOf(none, env)).toEqual({
    ansi: 'never',
    progress: 'quiet',
    remarks: 'stdout',
    words: 'wherry',
  });
  expect(presentationOf({ ansi: 'always', progress: 'json' }, env)).toMatchObject({
    ansi: 'always',
    progress: 'json',
  });
  expect(presentationOf(none, { COMPOSE_ANSI: '' })).toEqual({
    ansi: 'auto',
    progress: 'auto',
    remarks: 'stderr',
    words: 'wherry',
  });
});

it('refuses what is not known, and what excludes each other', () => {
  expect(() => presentationOf(none, { COMPOSE_PROGRESS: 'loud' })).toThrow('COMPOSE_PROGRESS: "loud"');
  expect(() => presentationOf({ ansi: 'never', progress: 'tty' }, {})).toThrow('exclude each other');
  expect(() => presentationOf({ ansi: 'always', progress: 'plain' }, {})).toThrow('exclude each other');
});

it('reads yes as docker compose does', () => {
  expect(['1', 'T', 'true', 'TRUE', 'y', ' y '].map(isOn)).not.toContain(false);
  expect(['', '0', 'no', 'yes', 'on', undefined].map(isOn)).not.toContain(true);
});
