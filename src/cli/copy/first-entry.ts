const block = 512;
/** Headers that only describe the entry behind them: pax and GNU long names. */
const describing = new Set(['x', 'g', 'L', 'K']);

/** What the first entry of a tar stream is; reads no further, and nothing when the stream is empty. */
export async function firstEntryKind(
  archive: AsyncIterable<Uint8Array>,
): Promise<'file' | 'directory' | undefined> {
  let seen: Uint8Array = new Uint8Array();
  let at = 0;
  for await (const chunk of archive) {
    seen = Buffer.concat([seen, chunk]);
    while (seen.length >= at + block) {
      const header = seen.subarray(at, at + block);
      const type = String.fromCharCode(header[156] ?? 0);
      if (!describing.has(type)) return type === '5' ? 'directory' : 'file';
      const size = Number.parseInt(
        Buffer.from(header.subarray(124, 136)).toString('latin1').replace(/\0.*$/, ''),
        8,
      );
      at += block + Math.ceil((size || 0) / block) * block;
    }
  }
  return undefined;
}
