import { formatMessage, type MessageValue } from './format.ts';
import type { Messages } from './messages.en.ts';

type MessageKey = keyof Messages;

/** Keys of messages that have no placeholders. */
export type PlainKey = { [K in MessageKey]: keyof Messages[K] extends never ? K : never }[MessageKey];

/** One language: a pattern for every key. */
type Catalogue = Readonly<Record<MessageKey, string>>;

/** Turns a key and the values of its placeholders into text. */
export type Translate = <K extends MessageKey>(
  key: K,
  ...values: keyof Messages[K] extends never ? [] : [Messages[K]]
) => string;

/** A translator for one language; `locale` (BCP 47) chooses its plural rules. */
export function translator(catalogue: Catalogue, locale: string): Translate {
  return (key, ...values) =>
    formatMessage(catalogue[key], (values[0] ?? {}) as Readonly<Record<string, MessageValue>>, locale);
}
