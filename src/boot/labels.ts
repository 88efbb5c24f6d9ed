/** On a container that replaces another one: the name of the old one. Docker Compose's word. */
export const replaceLabel: string = 'com.docker.compose.replace';

/** A service that a container was started after. */
export interface DependsOn {
  service: string;
  /** As in the file: `service_started`, `service_healthy`, `service_completed_successfully`. */
  condition: string;
  /** It restarts with that service. */
  restart: boolean;
}

/** Reads `db:service_healthy:true,cache:service_started:false`. */
export function parseDependsOn(text: string): DependsOn[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [service = '', condition = '', restart] = part.split(':');
      return { service, condition, restart: restart === 'true' };
    });
}
