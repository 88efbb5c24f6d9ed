export { contextIgnore } from './context-ignore.ts';
export { FileWatch } from './file-watch.ts';
export { isInside, WatchRule } from './watch-rule.ts';
