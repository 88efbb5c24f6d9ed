export { formatMessage, type MessageValue, placeholders } from './format.ts';
export { en, type Messages } from './messages.en.ts';
export { type Catalogue, type MessageKey, type PlainKey, type Translate, translator } from './translator.ts';
