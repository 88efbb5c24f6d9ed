/** What a proxy has to tell of its clients: whether anybody is there, and since when nobody was. */
export interface ProxyActivity {
  /** Clients that are there now: TCP connections or UDP sessions, held ones too. */
  open: number;
  /** Of these, those that wait for the service to be ready. */
  held: number;
  /** Clients since the proxy began to listen. */
  accepted: number;
  /** Clients that were turned away: too many at once, or the service was not ready in time. */
  refused: number;
  /** Bytes from clients, of those that have left. */
  received: number;
  /** Bytes to clients, of those that have left. */
  sent: number;
  /** When a client last came or left; null when there was none. */
  lastActivity: Date | null;
}

/** Counts clients. Bytes are read from the sockets when a client leaves, so that a chunk costs nothing. */
export class ActivityCount {
  open = 0;
  held = 0;
  #accepted = 0;
  #refused = 0;
  #received = 0;
  #sent = 0;
  #last = 0;

  entered(): void {
    this.open += 1;
    this.#accepted += 1;
    this.#last = Date.now();
  }

  left(bytes: { received: number; sent: number }): void {
    this.open -= 1;
    this.#received += bytes.received;
    this.#sent += bytes.sent;
    this.#last = Date.now();
  }

  refused(): void {
    this.#refused += 1;
  }

  get snapshot(): ProxyActivity {
    return {
      open: this.open,
      held: this.held,
      accepted: this.#accepted,
      refused: this.#refused,
      received: this.#received,
      sent: this.#sent,
      lastActivity: this.#last === 0 ? null : new Date(this.#last),
    };
  }
}
