/** The machine that an engine's address (`backend.address`) names; null for this one, as of a socket. Without brackets. */
export function engineHost(address: string): string | null {
  if (!/^(tcp|https?|ssh):/.test(address) || !URL.canParse(address)) return null;
  return new URL(address).hostname.replace(/^\[|\]$/g, '') || null;
}
