import { expect, test } from 'vitest';
import { formatFloat, resolvePlain } from './scalars.ts';

test.each<[string, unknown, string]>([
  ['', null, ''],
  ['~', null, ''],
  ['null', null, ''],
  ['true', true, 'true'],
  ['FALSE', false, 'false'],
  // YAML 1.1 words are strings, a leading zero is octal: as the peer's library reads them.
  ['yes', 'yes', 'yes'],
  ['off', 'off', 'off'],
  ['0', 0, '0'],
  ['80', 80, '80'],
  ['-3', -3, '-3'],
  ['0440', 0o440, '288'],
  ['0o440', 0o440, '288'],
  ['0x1F', 31, '31'],
  ['0b101', 5, '5'],
  ['1_000', 1000, '1000'],
  ['089', 89, '89'],
  ['9007199254740993', 9007199254740992, '9007199254740993'],
  ['99999999999999999999', 1e20, '1e+20'],
  ['1e999', '1e999', '1e999'],
  ['1.50', 1.5, '1.5'],
  ['1e6', 1e6, '1e+06'],
  ['.5', 0.5, '0.5'],
  ['.inf', Number.POSITIVE_INFINITY, '+Inf'],
  ['1.2.3', '1.2.3', '1.2.3'],
  ['12:30', '12:30', '12:30'],
  ['-', '-', '-'],
  ['+', '+', '+'],
])('%j is %j, as text %j', (source, value, text) => {
  expect(resolvePlain(source)).toEqual({ value, text });
});

test.each([
  [1e6, '1e+06'],
  [1234567.25, '1.23456725e+06'],
  [123456.5, '123456.5'],
  [100000, '100000'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0, '0'],
])('the float %d as the peer prints it', (value, text) => {
  expect(formatFloat(value)).toBe(text);
});
