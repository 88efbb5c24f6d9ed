export { contextIgnore } from './context-ignore.ts';
export { FileWatch, type FileWatchOptions } from './file-watch.ts';
export { PathPatterns } from './path-patterns.ts';
export { isInside, WatchRule, type WatchRuleOptions } from './watch-rule.ts';
