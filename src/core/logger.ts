import { redact, redactText } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** What Wherry writes its own log records to. Fields are for machines, messages for people. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every record. */
  child(fields: LogFields): Logger;
}

/** Drops everything. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

const order: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface ConsoleLoggerOptions {
  /** Lowest level that is written. Default: `info`. */
  level?: LogLevel;
  /** Default: `process.stderr`, so that stdout stays for results. */
  write?: (line: string) => void;
  /**
   * `plain` has one record a line, for files and machines; `pretty` has colours and the time of day, for people. Default:
   * `pretty` on a terminal, unless `NO_COLOR` is set or there is a `write`.
   */
  style?: 'plain' | 'pretty';
  /** Default: the wall clock. */
  now?: () => Date;
}

/**
 * One line a record: `2026-01-31T12:00:00.000Z warn  message key=value`. Secrets, values of fields such as `password` and
 * passwords in URLs print as `***`.
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}, bound: LogFields = {}): Logger {
  const level = order[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  const line = (options.style ?? defaultStyle(options)) === 'pretty' ? prettyLine : plainLine;
  const log = (name: LogLevel, message: string, fields: LogFields = {}): void => {
    if (order[name] >= level) write(line(name, now(), redactText(message), { ...bound, ...fields }));
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    child: (fields) => consoleLogger(options, { ...bound, ...fields }),
  };
}

function defaultStyle({ write }: ConsoleLoggerOptions): 'plain' | 'pretty' {
  const { NO_COLOR = '' } = process.env;
  return write === undefined && process.stderr.isTTY && NO_COLOR === '' ? 'pretty' : 'plain';
}

function plainLine(level: LogLevel, time: Date, message: string, fields: LogFields): string {
  const pairs = shown(fields).map(([key, value]) => ` ${key}=${value}`);
  return `${time.toISOString()} ${level.padEnd(5)} ${message}${pairs.join('')}\n`;
}

const colours: Readonly<Record<LogLevel, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

function prettyLine(level: LogLevel, time: Date, message: string, fields: LogFields): string {
  const pairs = shown(fields).map(([key, value]) => ` \x1b[2m${key}=\x1b[22m${value}`);
  const clock = time.toTimeString().slice(0, 8);
  return `\x1b[2m${clock}\x1b[22m \x1b[${colours[level]}m${level.padEnd(5)}\x1b[39m ${message}${pairs.join('')}\n`;
}

function shown(fields: LogFields): [key: string, value: string][] {
  return Object.entries(fields).map(([key, value]) => {
    if (value instanceof Error)
      return [key, JSON.stringify(redactText(`${nameOf(value)}: ${value.message}`))];
    return [key, show((redact({ [key]: value }) as LogFields)[key])];
  });
}

function nameOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

function show(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? String(value);
}

/** The part of a pino logger that the adapter calls; any pino version has it. */
export interface PinoLike {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): PinoLike;
}

/** Sends records to a pino logger of the caller's, without secrets as `consoleLogger` does. */
export function pinoLogger(pino: PinoLike): Logger {
  const clean = (fields: LogFields = {}): object => redact(fields) as object;
  return {
    debug: (message, fields) => pino.debug(clean(fields), redactText(message)),
    info: (message, fields) => pino.info(clean(fields), redactText(message)),
    warn: (message, fields) => pino.warn(clean(fields), redactText(message)),
    error: (message, fields) => pino.error(clean(fields), redactText(message)),
    child: (fields) => pinoLogger(pino.child(clean(fields))),
  };
}
