import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEverydayYaml } from './everyday-yaml.ts';
import { defaultYamlLimits, parseAnyYaml } from './parse-yaml.ts';
import { Source } from './source.ts';
import type { Node } from './tree.ts';

const sample = `# a comment
name: demo
x-base: &base
  restart: always # why not
  labels: {a: "1", b: two, 'c d': 3}
services:
  web:
    <<: *base
    image: "nginx:1.27"
    command: [sh, -c, "echo \\"hi\\"\\n", 'it''s']
    ports:
    - 80:80
    - "127.0.0.1:81:81"
    - target: 82
      published: 0x10
      mode: host
    environment:
      EMPTY:
      URL: http://x:80/#frag
      TEXT: |
        line 1

          line 2
      KEPT: |+
        x

    volumes: [
      a:/b,
      {type: tmpfs, target: /t},
    ]
    secrets: !override
      - one
  db: {image: db, labels: {}}
`;

const json = JSON.stringify({
  name: 'demo',
  services: {
    web: { image: 'a', command: ['say', 'it\'s "\n"'], labels: {}, init: true, scale: 2, tty: null },
  },
});
const indented = `${JSON.stringify(JSON.parse(json), null, 2)}\n`;

/** What a tree says and where; the place of an empty value means nothing. */
function plain(node: Node): unknown {
  if (node.kind === 'scalar')
    return [node.value === null ? null : node.offset, node.value, node.text, node.tag];
  if (node.kind === 'sequence') return [node.offset, node.tag, node.items.map(plain)];
  if (node.kind === 'broken') return 'broken';
  const entries = Array.from(node.entries, ([key, entry]) => [key, entry.key.offset, plain(entry.value)]);
  return [node.offset, node.tag, entries];
}

async function compare(text: string): Promise<'same' | 'gave up'> {
  const source = new Source('compose.yaml', text);
  const everyday = readEverydayYaml(source, defaultYamlLimits);
  if (everyday === undefined) return 'gave up';
  const any = await parseAnyYaml(source, defaultYamlLimits);
  expect(any.problems).toEqual([]);
  expect(any.documents).toHaveLength(1);
  expect(any.documents.map(plain)).toEqual([plain(everyday)]);
  return 'same';
}

test.each([sample, json, indented])('it reads an everyday file as the library does', async (text) => {
  expect(await compare(text)).toBe('same');
});

test.each([
  'a: b: c\n',
  'a: 1\na: 2\n',
  'a: "two\n  lines"\n',
  'a: two\n  lines\n',
  'a: > \n  folded\n',
  'a: *nowhere\n',
  'a:\n\t- tab\n',
  'a: [1, 2\n',
  'a: [1,\n2]\n',
  'a: 1\n---\nb: 2\n',
  'a: 1\n   b: 2\n',
  '- a\n',
  'just text\n',
  '',
  'a: &x [*x]\n',
  'a: !!int "3"\n',
  '? a\n: b\n',
  'a: &x {y: z}\nb: {<<: *x}\n',
  'a: &x y\nb: {*x : z}\n',
])('it gives up on %j', async (text) => {
  expect(await compare(text)).toBe('gave up');
});

test('whatever is done to a file, it reads it as the library does or gives up', {
  timeout: 120_000,
}, async () => {
  const pieces = [
    ': ',
    '- ',
    '\n',
    '  ',
    '#',
    ' #',
    "'",
    '"',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '|',
    '|-\n',
    '>',
    '!reset ',
  ];
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(4),
    insert: fc.constantFrom(
      '',
      'x',
      ':',
      '?',
      ' ',
      '\n\n',
      '---\n',
      '~',
      '- - ',
      '@',
      '\\',
      'key: v\n',
      '    ',
      ...pieces,
    ),
  });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(sample, json, indented),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      async (whole, edits) => {
        let text = whole;
        for (const edited of edits) {
          const { remove, insert } = edited;
          const at = edited.at % text.length;
          text = text.slice(0, at) + insert + text.slice(at + remove);
        }
        seen.add(await compare(text));
      },
    ),
    { numRuns: 2000 },
  );
  expect(seen).toEqual(new Set(['same', 'gave up']));
});
