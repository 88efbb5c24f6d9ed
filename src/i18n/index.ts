export { en } from './messages.en.ts';
export { type PlainKey, type Translate, translator } from './translator.ts';
