import type { UnhealthyEvent } from '../../boot/index.ts';
import { t } from '../text.ts';
import { printable } from './width.ts';

/** What was done about an unhealthy container, in a line. */
export function unhealthyLine(event: UnhealthyEvent): string {
  const { service, container: name } = event;
  switch (event.kind) {
    case 'restarted': {
      const { attempt, max, reason } = event;
      return printable(t('unhealthy.restarted', { name, attempt, max, reason }));
    }
    case 'restart-failed':
      return printable(t('unhealthy.restartFailed', { name, reason: event.error.message }));
    case 'given-up': {
      const { attempts: count, reason } = event;
      return printable(t('unhealthy.givenUp', { name, count, reason, service }));
    }
  }
}
