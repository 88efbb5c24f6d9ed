/** Something that can say whether a service is used: the holders of leases, the open connections of a proxy. */
export interface ActivitySource {
  /** How many use it now. */
  active(): number;
  /** When it was last used; the epoch when never. */
  lastActivity(): Date;
}
