/** The same object without the fields that are undefined, so that optional fields are absent rather than empty. */
export function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** A list that has something in it. */
export function filled<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list === null || list === undefined || list.length === 0 ? undefined : list;
}

/** An object that has something in it. */
export function filledMap<T extends object>(map: T | null | undefined): T | undefined {
  return map === null || map === undefined || Object.keys(map).length === 0 ? undefined : map;
}
