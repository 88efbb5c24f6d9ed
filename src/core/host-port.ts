/** A host as it stands before a port or in a URL: IPv6 addresses in brackets, `[::1]`. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
