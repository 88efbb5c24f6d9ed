/** On a container that replaces another one: the name of the old one. Docker Compose's word. */
export const replaceLabel: string = 'com.docker.compose.replace';

/** Reads `db:service_healthy:true,cache:service_started:false`. */
export function parseDependsOn(text: string): { service: string; restart: boolean }[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [service = '', , restart] = part.split(':');
      return { service, restart: restart === 'true' };
    });
}
