const block = 512;
/** Headers that only describe the entry behind them: pax and GNU long names. */
const describing = new Set(['x', 'g', 'L', 'K']);

/** What stands first in a tar stream. */
export type FirstEntry = { kind: 'file' | 'directory' } | { kind: 'link'; target: string };

/** What the first entry of a tar stream is; reads no further, and nothing when the stream is empty. */
export async function firstEntry(archive: AsyncIterable<Uint8Array>): Promise<FirstEntry | undefined> {
  let seen: Uint8Array = new Uint8Array();
  let at = 0;
  let longTarget: string | undefined;
  for await (const chunk of archive) {
    seen = Buffer.concat([seen, chunk]);
    while (seen.length >= at + block) {
      const header = seen.subarray(at, at + block);
      const type = String.fromCharCode(header[156] ?? 0);
      if (!describing.has(type)) return entryOf(type, longTarget ?? text(header, 157, 100));
      const size = Number.parseInt(text(header, 124, 12), 8) || 0;
      const next = at + block + Math.ceil(size / block) * block;
      if (seen.length < next) break;
      longTarget = linkTarget(type, seen.subarray(at + block, at + block + size)) ?? longTarget;
      at = next;
    }
  }
  return undefined;
}

function entryOf(type: string, target: string): FirstEntry {
  if (type === '2') return { kind: 'link', target };
  return { kind: type === '5' ? 'directory' : 'file' };
}

/** The target of a link that is too long for its header. */
function linkTarget(type: string, body: Uint8Array): string | undefined {
  const whole = Buffer.from(body).toString('utf8');
  if (type === 'K') return whole.replace(/\0.*$/s, '');
  return type === 'x' ? /^\d+ linkpath=(.*)$/m.exec(whole)?.[1] : undefined;
}

function text(header: Uint8Array, from: number, length: number): string {
  return Buffer.from(header.subarray(from, from + length))
    .toString('utf8')
    .replace(/\0.*$/s, '');
}
