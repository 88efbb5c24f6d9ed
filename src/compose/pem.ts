import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { PemKey } from './probe-files.ts';

/** What keeps a text from being used as the certificates (`ca`, `cert`) or the private key that it is named as; null: nothing. */
export function pemFault(text: string, as: PemKey): string | null {
  return as === 'key' ? keyFault(text) : certificateFault(text);
}

const certificates = /-----BEGIN CERTIFICATE-----[\s\S]*?(?:-----END CERTIFICATE-----|$)/g;

function certificateFault(text: string): string | null {
  const found = text.match(certificates);
  if (found === null) return 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)';
  const faulty = found.findIndex((pem) => fails(() => new X509Certificate(pem)));
  return faulty === -1 ? null : `holds a broken certificate: number ${faulty + 1} of ${found.length}`;
}

function keyFault(text: string): string | null {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return 'holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)';
  if (!fails(() => createPrivateKey(text))) return null;
  return /ENCRYPTED/.test(text) ? 'holds a private key behind a passphrase' : 'holds a broken private key';
}

function fails(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch {
    return true;
  }
}
