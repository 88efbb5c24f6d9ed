interface Sink {
  write(chunk: Uint8Array): boolean;
  end(data: undefined): unknown;
  destroy(error?: Error): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * Writes all chunks into `sink` with backpressure, then ends it. A failing source destroys the sink with its error; a
 * sink that closes first ends the source. Never rejects: the sink tells its reader what happened.
 */
export async function feed(sink: Sink, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let closed = false;
  const close = new Promise<void>((resolve) => {
    sink.once('close', () => {
      closed = true;
      resolve();
    });
  });
  const source = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await Promise.race([source.next(), close]);
      if (closed || step === undefined) {
        // Not awaited: a source that is itself waiting may never settle.
        source.return?.().catch(() => {});
        return;
      }
      if (step.done) break;
      if (!sink.write(step.value)) {
        await Promise.race([new Promise<void>((resolve) => sink.once('drain', resolve)), close]);
      }
    }
    sink.end(undefined);
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
