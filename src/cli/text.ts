import { en, type Translate, translator } from '../i18n/index.ts';

/** The texts of the CLI in the person's language; there is English so far. */
export const t: Translate = translator(en, 'en');
