/** Something that nobody should publish by mistake. */
export interface SensitiveValue {
  /** What it looks like: `AWS Client ID`. */
  kind: string;
  /** Where it stands, as keys with dots; empty in text without keys. */
  key: string;
  value: string;
}

interface Detector {
  kind: string;
  pattern: RegExp;
  /** Whether what has the form is one indeed. */
  isMeant?: (value: string) => boolean;
}

/** Those of docker compose (DefangLabs' secret-detector), in their order: the first that finds something counts. */
const detectors: readonly Detector[] = [
  { kind: 'JFrog Artifactory credentials', pattern: /AKC[a-zA-Z0-9]{10,}|AP[\dABCDEF][a-zA-Z0-9]{8,}/ },
  {
    kind: 'AWS Client ID',
    pattern: /(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}/,
  },
  { kind: 'AWS Secret Key', pattern: /(?:AWS|aws).{0,20}['"][0-9a-zA-Z/+]{40}['"]/ },
  {
    kind: 'Amazon Marketplace Web Service (MWS) Key',
    pattern: /amzn\.mws\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
  },
  { kind: 'Azure Storage Account access key', pattern: /AccountKey=[a-zA-Z0-9+/=]{88}/ },
  {
    kind: 'HTTP Basic Authentication',
    pattern: /(?:"?authorization"? *[:=] *)?"?basic +[a-zA-Z0-9+/,_-]{2,}={0,2}"?/i,
    isMeant: (value) => credentialsIn(value).includes(':'),
  },
  {
    kind: 'HTTP Bearer Authentication',
    pattern: /(?:"?authorization"? *[:=] *)?"?bearer +[a-zA-Z0-9+/,_.=-]{2,}"?/i,
    isMeant: (value) => credentialsIn(value).includes(':'),
  },
  { kind: 'Github authentication', pattern: /gh[pousr]_[A-Za-z0-9_]{36}/ },
  { kind: 'JSON Web Token', pattern: /eyJ[\w=-]+\.eyJ[\w=-]+\.?[\w.+/=-]*/ },
  { kind: 'Mailchimp API Key', pattern: /[0-9a-f]{32}-us[0-9]{1,2}/ },
  { kind: 'npm auth token', pattern: /\/\/\S+\/:_authToken=[^$\s{]\S+|npm_[a-zA-Z0-9]{36}/ },
  {
    kind: 'Private Key',
    pattern:
      /-*BEGIN[ \S]+?PRIVATE KEY(?: BLOCK)?-*[\S\n]{4,}?-*END[ \S]+?PRIVATE KEY(?: BLOCK)?-*|.*PuTTY-User-Key-File-.*/,
  },
  { kind: 'Sendgrid API key', pattern: /SG\.[\w-]{22}\.[\w-]{43}/ },
  {
    kind: 'Slack token',
    pattern:
      /(?:(?:xoxe\.)?xox[bp]|xox[aeosr]|xapp)-\d+-[-a-zA-Z0-9]+|https:\/\/hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/,
  },
  { kind: 'Square authentication', pattern: /sq0atp-[\w\\-]{22}|sq0csp-[\w\\-]{43}/ },
  { kind: 'Stripe API key', pattern: /[rs]k_(?:live|test)_[0-9a-zA-Z]{24}/ },
  { kind: 'Twilio authentication', pattern: /(?:AC|SK)[0-9a-fA-F]{32}/ },
  {
    kind: 'URL with password',
    pattern: /[a-z][a-z0-9+.-]+:\/\/[^:\s]+:[^@:\s]+@[^\s'"\];]+/,
    isMeant: (value) => !/^[^:]+:\/\/[^:]+:(?:\$|@)/.test(value),
  },
  {
    kind: 'High entropy string',
    pattern: /(?:[a-zA-Z0-9+/]{16,}|[\w-]{16,})={0,2}/,
    isMeant: (value) => Number.isNaN(Number(value)) && entropy(value) > 5,
  },
];

/** A key whose name tells that its value is secret. */
const tellingKey =
  /api[-_]?key|access[-_]?key|auth[-_]?key|service[-_]?key|account[-_]?key|db[-_]?key|database[-_]?key|priv[-_]?key|private[-_]?key|client[-_]?key|db[-_]?pass|database[-_]?pass|key[-_]?pass|password|passwd|pwd|secret|token|contrase(?:n|\u00f1)a/i;

/** Whether a value stands as it is, and is not put together from variables. */
export function isLiteral(value: string): boolean {
  return /^\s*\[?[\t ]*['"]?[^${\s].+[^}\s]['"]?[\t ]*\]?[\t ]*;?\s*$/m.test(value.replaceAll('$$', 'X'));
}

/** Whether the name of a variable tells that its value is secret, which stands as it is. */
export function looksSecret(key: string, value: string): boolean {
  return tellingKey.test(key) && isLiteral(value);
}

/** What is sensitive in data of keys and values. */
export function sensitiveIn(data: unknown): SensitiveValue[] {
  return [...leaves(data, '')].flatMap(([key, value]) => sensitiveValue(key, value) ?? []);
}

/** What is sensitive in a text: lines of `KEY=VALUE`, or anything else. */
export function sensitiveInText(text: string): SensitiveValue[] {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  const pairs = lines.map((line) => /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line));
  if (lines.length > 0 && pairs.every((pair) => pair !== null))
    return sensitiveIn(Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value.trim()])));
  return detectors.flatMap(({ kind, pattern, isMeant }) => {
    const alone = new RegExp(`(?<![^\\s'"=:[])(?:${pattern.source})(?![^\\s'"\\];])`, `g${pattern.flags}`);
    return [...text.matchAll(alone)]
      .filter(([value]) => isMeant?.(value) ?? true)
      .map(([value]) => ({ kind, key: '', value }));
  });
}

function sensitiveValue(key: string, value: string): SensitiveValue | undefined {
  for (const { kind, pattern, isMeant } of detectors) {
    const whole = new RegExp(`^\\s*['"]?(?:${pattern.source})['"]?\\s*$`, pattern.flags);
    if (whole.test(value) && (isMeant?.(value) ?? true)) return { kind, key, value };
  }
  const isSecret = looksSecret(key, value) && entropy(value) >= 4;
  return isSecret ? { kind: 'Keyword Detector', key, value } : undefined;
}

function* leaves(data: unknown, key: string): Generator<[string, string]> {
  if (typeof data === 'string') yield [key, data];
  else if (Array.isArray(data))
    for (const [index, item] of data.entries()) yield* leaves(item, `${key}[${index}]`);
  else if (typeof data === 'object' && data !== null)
    for (const [name, value] of Object.entries(data))
      yield* leaves(value, key === '' ? name : `${key}.${name}`);
}

function credentialsIn(value: string): string {
  const parameter = value.trim().split(/\s+/).at(-1) ?? '';
  return Buffer.from(parameter.replace(/"$/, ''), 'base64').toString();
}

/** Shannon's, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}
