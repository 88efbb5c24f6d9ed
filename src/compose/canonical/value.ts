import type { StructShape } from './shape.ts';

/** A value of the canonical model, as the peer's encoders see it. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly CanonicalValue[]
  | CanonicalMap
  | CanonicalStruct;

/** Any names; encoders sort them. */
export interface CanonicalMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, CanonicalValue>;
}

/** Known keys; encoders write them in the order of the shape. */
export interface CanonicalStruct {
  readonly kind: 'struct';
  readonly shape: StructShape;
  /** What was said, by the key in the file. */
  readonly values: ReadonlyMap<string, CanonicalValue>;
  /** The `x-` keys; JSON leaves them out. */
  readonly extensions: ReadonlyMap<string, CanonicalValue>;
}

export function canonicalMap(entries: Iterable<readonly [string, CanonicalValue]>): CanonicalMap {
  return { kind: 'map', entries: new Map(entries) };
}

/** A struct that is made when somebody looks at it: of most services nobody asks for the canonical form. */
export function lazyStruct(
  shape: StructShape,
  make: () => Pick<CanonicalStruct, 'values' | 'extensions'>,
): CanonicalStruct {
  let made: Pick<CanonicalStruct, 'values' | 'extensions'> | undefined;
  const once = (): Pick<CanonicalStruct, 'values' | 'extensions'> => {
    made ??= make();
    return made;
  };
  return {
    kind: 'struct',
    shape,
    get values() {
      return once().values;
    },
    get extensions() {
      return once().extensions;
    },
  };
}

/** The struct with some values changed; undefined takes one out. */
export function withFields(
  struct: CanonicalStruct,
  changes: Readonly<Record<string, CanonicalValue | undefined>>,
): CanonicalStruct {
  return lazyStruct(struct.shape, () => {
    const values = new Map(struct.values);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    }
    return { values, extensions: struct.extensions };
  });
}

export function isStruct(value: CanonicalValue | undefined): value is CanonicalStruct {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'struct';
}

/** The structs of a list; none of anything else. */
export function structsIn(value: CanonicalValue | undefined): CanonicalStruct[] {
  return Array.isArray(value) ? (value as readonly CanonicalValue[]).filter(isStruct) : [];
}

export function isMap(value: CanonicalValue | undefined): value is CanonicalMap {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map';
}
