import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a project is loaded, by both tools alike. Names count from the directory of the case. */
export interface CaseOptions {
  files?: string[];
  /** File that is given on standard input. */
  stdin?: string;
  profiles?: string[];
  envFiles?: string[];
  projectName?: string;
  projectDirectory?: string;
  services?: string[];
  env?: Record<string, string>;
}

export interface Case {
  name: string;
  directory: string;
  options: CaseOptions;
}

const root = join(import.meta.dirname, 'cases');

/** One project a directory; `case.json` says how it is loaded. */
export const cases: readonly Case[] = readdirSync(root)
  .sort()
  .map((name) => {
    const directory = join(root, name);
    const file = join(directory, 'case.json');
    const options = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CaseOptions) : {};
    return { name, directory, options };
  });
