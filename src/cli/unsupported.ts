import type { Backend } from '../core/backend.ts';
import { WherryError } from '../core/errors.ts';
import { t } from './text.ts';

/** Fails because the engine has no networks or volumes of its own. */
export function unsupportedFacet(backend: Backend, facet: 'networks' | 'volumes'): never {
  throw new WherryError('UNSUPPORTED', t('engine.noFacet', { engine: backend.type, facet }));
}
