import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const proofs = readFileSync(join(root, 'docs/promises.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`') && !line.includes('proven by'))
  .flatMap((line) => (line.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split(' · '));

test('the page has promises', () => {
  expect(proofs.length).toBeGreaterThan(25);
});

test.each(proofs)('%s is there', (proof) => {
  const [, file = '', words = ''] = /^`([^`]+)`\s*(.*)$/.exec(proof) ?? [];
  expect(existsSync(join(root, file)), file).toBe(true);
  expect(readFileSync(join(root, file), 'utf8')).toContain(words);
});
