/** How a single value is decoded and written. */
export type ScalarType =
  /** Text; a number is taken as its text. */
  | 'string'
  | 'boolean'
  | 'integer'
  /** 32 bits. */
  | 'float'
  /** Written as text. */
  | 'bytes'
  /** A number of them; a time as text is written as that number. */
  | 'microseconds'
  /** Written as Go writes it: `1m30s`. */
  | 'duration'
  | 'strings'
  /** Words; nothing said and no words differ. */
  | 'command'
  /** Text by name; a name without a value has an empty one. */
  | 'mapping'
  /** Text by name; a name without a value has none. */
  | 'variables'
  /** Lists of text by name. */
  | 'multi'
  /** `host=address` lines. */
  | 'hosts'
  /** Permission bits, written as octal text. */
  | 'mode'
  /** A number, or `all`, which is -1. */
  | 'count'
  /** A line, or the words of a check. */
  | 'test'
  /** A number for both limits, or a struct. */
  | 'ulimit'
  /** Paths by id. */
  | 'ssh';

/** The type of a field. A member of a list or map that says nothing is null where `nullable`, else an empty struct. */
export type FieldType =
  | ScalarType
  | StructShape
  | { readonly listOf: StructShape }
  | { readonly mapOf: StructShape | 'ulimit'; readonly nullable: boolean };

/**
 * When a field is written: `filled` when it is not the zero of its type, `said` when it was said, `always`, or `denied` when
 * it is false. A struct that is `filled` is written to JSON even when it is empty, as Go's encoder does.
 */
export type Presence = 'filled' | 'said' | 'always' | 'denied';

export interface Field {
  readonly key: string;
  readonly type: FieldType;
  readonly presence: Presence;
  /** The key in JSON, where it is another one. */
  readonly json?: string;
}

/** A Go struct of compose-go: its fields in order. */
export interface StructShape {
  readonly fields: readonly Field[];
  readonly byKey: ReadonlyMap<string, Field>;
  /** False: `x-` keys are dropped. */
  readonly extensible: boolean;
}

type FieldSpec =
  | FieldType
  | { readonly type: FieldType; readonly presence: Presence; readonly json?: string };

/** A shape from its fields in order; presence is `filled` where nothing is said. */
export function shape(
  fields: Readonly<Record<string, FieldSpec>>,
  options: { closed?: true } = {},
): StructShape {
  const all = Object.entries(fields).map(
    ([key, spec]): Field =>
      typeof spec === 'object' && 'presence' in spec
        ? { key, ...spec }
        : { key, type: spec, presence: 'filled' },
  );
  return {
    fields: all,
    byKey: new Map(all.map((field) => [field.key, field])),
    extensible: options.closed !== true,
  };
}

/** A shape with further fields behind its own. */
export function extended(base: StructShape, fields: Readonly<Record<string, FieldSpec>>): StructShape {
  const further = shape(fields).fields;
  const all = [...base.fields, ...further];
  return { ...base, fields: all, byKey: new Map(all.map((field) => [field.key, field])) };
}

export function said(type: FieldType): { type: FieldType; presence: Presence } {
  return { type, presence: 'said' };
}

export function always(
  type: FieldType,
  json?: string,
): { type: FieldType; presence: Presence; json?: string } {
  return { type, presence: 'always', ...(json === undefined ? {} : { json }) };
}

export function denied(type: FieldType): { type: FieldType; presence: Presence } {
  return { type, presence: 'denied' };
}

export function listOf(struct: StructShape): FieldType {
  return { listOf: struct };
}

export function mapOf(member: StructShape | 'ulimit', options: { nullable?: true } = {}): FieldType {
  return { mapOf: member, nullable: options.nullable === true };
}
