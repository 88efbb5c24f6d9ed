import { describe, expect, test } from 'vitest';
import type { CapabilityName } from '../core/index.ts';
import { conformanceCases } from './index.ts';
import { refusals } from './refusals.ts';

describe('the table of cases', () => {
  test('every name is told once and has a topic', () => {
    const names = conformanceCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+: \S/);
  });

  test('every capability has a case that proves it, and a way to be refused', () => {
    const proven = new Set(conformanceCases.flatMap(({ needs = [] }) => needs));
    const all = Object.keys(refusals) as CapabilityName[];
    expect(all.filter((name) => !proven.has(name))).toEqual([]);
  });
});
