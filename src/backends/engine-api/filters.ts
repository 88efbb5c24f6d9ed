/** The engine's `filters` for labels: `key` and `key=value` must be there, `key!=value` must not. */
export function labelFilter(labels: readonly string[] | undefined): Record<string, string[]> {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (const text of labels ?? []) {
    const at = text.indexOf('!=');
    if (at > 0 && !text.slice(0, at).includes('='))
      unwanted.push(`${text.slice(0, at)}=${text.slice(at + 2)}`);
    else wanted.push(text);
  }
  return {
    ...(wanted.length === 0 ? {} : { label: wanted }),
    ...(unwanted.length === 0 ? {} : { 'label!': unwanted }),
  };
}

/** Whether `labels` pass {@link labelFilter}, for the lists that engines cannot filter. */
export function matchesLabels(
  labels: Readonly<Record<string, string>>,
  wanted: readonly string[] | undefined,
): boolean {
  const filter = labelFilter(wanted);
  const has = (text: string): boolean => {
    const at = text.indexOf('=');
    return at < 0 ? text in labels : labels[text.slice(0, at)] === text.slice(at + 1);
  };
  return (filter.label ?? []).every(has) && !(filter['label!'] ?? []).some(has);
}

/** `until` as Unix seconds with their fraction, which every engine reads without a time zone. */
export function untilFilter(until: Date | undefined): Record<string, string[]> {
  return until === undefined ? {} : { until: [(until.getTime() / 1000).toFixed(3)] };
}
