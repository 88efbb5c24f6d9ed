import type { Backend } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { findTargets } from '../targets.ts';
import { t } from '../text.ts';

export interface InspectOptions {
  type: 'container' | 'image' | 'network' | 'volume' | undefined;
  raw: boolean;
}

type Kind = NonNullable<InspectOptions['type']>;
const kinds: readonly Kind[] = ['container', 'image', 'network', 'volume'];

/** All that is known of containers, images, networks or volumes, as a JSON array. */
export async function inspect({ context, words, options }: Invocation<InspectOptions>): Promise<undefined> {
  const backend = await context.backend();
  const wanted = options.type === undefined ? kinds : [options.type];
  const found = await Promise.all(words.map((name) => inspectName(context, backend, name, wanted, options)));
  context.output.value(found.flat());
}

async function inspectName(
  context: Context,
  backend: Backend,
  name: string,
  wanted: readonly Kind[],
  options: InspectOptions,
): Promise<readonly unknown[]> {
  for (const kind of wanted) {
    try {
      return await inspectAs(kind, context, backend, name, options);
    } catch (error) {
      if (!isWherryError(error, 'NOT_FOUND', 'INVALID')) throw error;
    }
  }
  throw new WherryError('NOT_FOUND', t('inspect.none', { name, kinds: wanted.join(', ') }), {
    hint: t('inspect.noneFix'),
  });
}

async function inspectAs(
  kind: Kind,
  context: Context,
  backend: Backend,
  name: string,
  options: InspectOptions,
): Promise<readonly unknown[]> {
  const { signal } = context;
  if (kind === 'image') return [await backend.image(name).inspect({ signal })];
  if (kind === 'network')
    return backend.networks === undefined ? [] : [await backend.networks.inspect(name, { signal })];
  if (kind === 'volume')
    return backend.volumes === undefined ? [] : [await backend.volumes.inspect(name, { signal })];
  const targets = await findTargets(context, [name]);
  if (targets.length === 0) throw new WherryError('NOT_FOUND', t('inspect.none', { name, kinds: kind }));
  const infos = await Promise.all(targets.map(({ id }) => backend.inspect(id, { signal })));
  return infos.map(({ raw, ...fields }) => (options.raw ? raw : fields));
}
