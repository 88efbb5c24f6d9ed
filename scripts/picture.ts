// Draws docs/images/quickstart.svg from a real run: boots the example, lists it, takes it down. `node scripts/picture.ts`
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
const file = 'examples/quickstart/compose.yaml';
const columns = 108;
const esc = String.fromCharCode(27);
const sequence = new RegExp(`(${esc}\\[[\\d;]*m)`);

const wherry = (...args: readonly string[]): string => {
  const env = { ...process.env, CLICOLOR_FORCE: '1', COLUMNS: String(columns), WEB_PORT: '8080' };
  const { status, output } = spawnSync(process.execPath, ['bin/wherry.cjs', '-f', file, ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const text = `${output[2] ?? ''}${output[1] ?? ''}`;
  if (status !== 0) throw new Error(`wherry ${args.join(' ')}: ${text}`);
  return text.trimEnd();
};

wherry('build');
try {
  const screens = [
    ['wherry up -d --wait', wherry('up', '-d', '--wait')],
    ['wherry ps', wherry('ps')],
  ];
  const text = screens
    .map(([command, output]) => `${esc}[1;32m$${esc}[0m ${command}\n${output}`)
    .join('\n\n');
  mkdirSync(join(root, 'docs/images'), { recursive: true });
  writeFileSync(join(root, 'docs/images/quickstart.svg'), svg(text));
} finally {
  wherry('down', '--volumes');
}

/** Terminal text with its colours as a picture. */
function svg(text: string): string {
  const lines = text.split('\n');
  const [charWidth, lineHeight, margin] = [8.4, 20, 16];
  const width = Math.ceil(Math.max(...lines.map((line) => plain(line).length)) * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const rows = lines.map((line, row) => {
    const y = margin + (row + 0.75) * lineHeight;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="wherry up and wherry ps">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#1b1f24"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#d6dbe1">',
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function spans(line: string): string {
  const colours: Readonly<Record<string, string>> = {
    '31': '#f47067',
    '32': '#57ab5a',
    '33': '#c69026',
    '34': '#539bf5',
    '35': '#b083f0',
    '36': '#39c5cf',
    '90': '#768390',
  };
  let style = '';
  return line
    .split(sequence)
    .map((part) => {
      const codes = part.startsWith(esc) ? part.slice(2, -1).split(';') : undefined;
      if (codes === undefined) return part === '' ? '' : `<tspan${style}>${escaped(part)}</tspan>`;
      const fill = codes.map((code) => colours[code]).find((colour) => colour !== undefined);
      style =
        codes.includes('0') || codes[0] === '' || codes.includes('39') || codes.includes('22') ? '' : style;
      if (fill !== undefined) style += ` fill="${fill}"`;
      if (codes.includes('1')) style += ' font-weight="bold"';
      if (codes.includes('2')) style += ' opacity="0.7"';
      return '';
    })
    .join('');
}

function plain(line: string): string {
  return stripVTControlCharacters(line);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
