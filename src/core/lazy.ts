/** Something that runs only while somebody needs it. */
export interface Lazy {
  /**
   * Resolves once it is ready; it stays up at least until the lease is released. `CANCELLED` when `signal` fired, which
   * takes back this one request only; otherwise what kept it from starting.
   */
  acquire(options?: AcquireOptions): Promise<Lease>;
}

export interface AcquireOptions {
  signal?: AbortSignal | undefined;
}

/** The right to use something that is up. Releasing twice is releasing once. */
export interface Lease extends AsyncDisposable {
  release(): Promise<void> | void;
}
