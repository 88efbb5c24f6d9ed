import { composeArguments, roleOf } from './compose-role.ts';
import { runCommandLine } from './run.ts';

const role = roleOf(process.argv[1]);
const given = process.argv.slice(2);
const { argv, variables } = role === 'compose' ? composeArguments(given) : { argv: given, variables: {} };
Object.assign(process.env, variables);
void runCommandLine(argv, { role }).then((code) => process.exit(code));
