import { t } from '../text.ts';

/** How long ago, as docker says it: `5 minutes ago`. */
export function ago(time: Date | null, now: Date = new Date()): string {
  return time === null || time.getTime() <= 0
    ? t('time.unknown')
    : t('time.ago', { span: span(now.getTime() - time.getTime()) });
}

/** A span of ms in its largest unit: `3 hours`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 1) return t('time.instant');
  if (seconds < 60) return t('time.seconds', { count: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('time.minutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return t('time.hours', { count: hours });
  const days = Math.floor(hours / 24);
  if (days < 14) return t('time.days', { count: days });
  if (days < 60) return t('time.weeks', { count: Math.floor(days / 7) });
  return days < 730
    ? t('time.months', { count: Math.floor(days / 30) })
    : t('time.years', { count: Math.floor(days / 365) });
}

/** A duration of ours in the summary of a command: `840ms`, `2.4s`, `1m05s`. */
export function took(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
