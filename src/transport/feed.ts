export interface Sink {
  write(chunk: Uint8Array | string): boolean;
  end(data: undefined): unknown;
  destroy(error?: Error): unknown;
  once(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * Writes all chunks into `sink` with backpressure, then ends it; a sink that closes first ends the source. Never rejects:
 * an error of the source goes to `failed`, which by default destroys the sink with it.
 */
export async function feed(
  sink: Sink,
  chunks: AsyncIterable<Uint8Array | string>,
  failed: (error: Error) => void = (error) => sink.destroy(error),
): Promise<void> {
  let isClosed = false;
  let onClose: () => void = () => {};
  sink.once('close', () => {
    isClosed = true;
    onClose();
  });
  // Not Promise.race: on a promise that outlives the loop, that leaves something behind with every chunk.
  const orClosed = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      onClose = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  const source = chunks[Symbol.asyncIterator]();
  try {
    while (!isClosed) {
      const step = await orClosed(source.next());
      if (step === undefined || isClosed) break;
      if (step.done) {
        sink.end(undefined);
        return;
      }
      if (step.value.length > 0 && !sink.write(step.value)) {
        await orClosed(new Promise<void>((resolve) => sink.once('drain', resolve)));
      }
    }
    // Not awaited: a source that is itself waiting may never settle.
    source.return?.().catch(() => {});
  } catch (error) {
    failed(error instanceof Error ? error : new Error(String(error)));
  }
}
