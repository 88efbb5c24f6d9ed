import type { Project } from '../../compose/index.ts';
import type { Context } from '../context.ts';
import { KeyMenu } from '../terminal/key-menu.ts';

/** Whether an attached `up` has a menu: on a terminal, unless `--no-menu` or `COMPOSE_MENU` says otherwise, here or in the `.env` of the project. */
export function wantsMenu(
  context: Context,
  options: { menu: boolean; noMenu: boolean },
  environment: Project['environment'],
): boolean {
  if (options.noMenu || !KeyMenu.possible(context.output)) return false;
  const variable = context.env.COMPOSE_MENU ?? environment.COMPOSE_MENU ?? '';
  return options.menu || variable === '' || /^(1|t|true|y|yes|on)$/i.test(variable);
}
