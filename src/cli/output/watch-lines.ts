import type { OnWatchEvent, WatchEvent } from '../../boot/index.ts';
import { t } from '../text.ts';
import type { Output } from './output.ts';
import { printable } from './width.ts';

/**
 * Shows what the watching of files does, a line for each thing, in docker compose's place in its words; with `--json` as
 * NDJSON. `--quiet` hides what builds write.
 */
export function watchLines(output: Output, above: (write: () => void) => void): OnWatchEvent {
  return (event) => {
    if (output.quiet && event.kind === 'build') return;
    above(() => {
      if (output.json) return output.value(event, 'line');
      const text = (output.inComposeWords ? composeText(event) : undefined) ?? textOf(event);
      output.line(`${output.paint(event.kind === 'failed' ? 'red' : 'cyan', '⦿')} ${text}`);
    });
  };
}

/** Docker compose's words, which scripts look for; undefined where it says nothing of that kind. */
function composeText(event: WatchEvent): string | undefined {
  switch (event.kind) {
    case 'enabled':
      return 'Watch enabled';
    case 'disabled':
      return 'Watch disabled';
    case 'syncing':
      return `Syncing service "${event.service}" after ${event.changes} changes were detected`;
    case 'rebuilding':
      return `Rebuilding service(s) ["${event.service}"] after changes were detected...`;
    case 'rebuilt':
      return `service(s) ["${event.service}"] successfully built`;
    case 'restarted':
      return `service(s) ["${event.service}"] restarted`;
    default:
      return undefined;
  }
}

function textOf(event: WatchEvent): string {
  switch (event.kind) {
    case 'enabled':
      return t('watch.enabled', { services: event.services.join(', ') });
    case 'disabled':
      return t('watch.disabled');
    case 'warning':
      return printable(event.message);
    case 'syncing':
      return t('watch.syncing', { service: event.service, count: event.changes });
    case 'rebuilding':
      return t('watch.rebuilding', { service: event.service });
    case 'build':
      return printable(event.line);
    case 'rebuilt':
      return t('watch.rebuilt', { service: event.service });
    case 'restarted':
      return t('watch.restarted', { service: event.service });
    case 'executing':
      return t('watch.executing', { service: event.service, command: printable(event.command.join(' ')) });
    case 'output':
      return `${event.container} | ${printable(event.line)}`;
    case 'failed': {
      const { service, error, retrying } = event;
      const message = printable(error.message);
      return retrying
        ? t('watch.retrying', { service, message })
        : [t('watch.failed', { service, message }), error.hint && printable(error.hint)]
            .filter(Boolean)
            .join('; ');
    }
  }
}
