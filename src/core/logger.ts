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
  /** Default: the wall clock. */
  now?: () => Date;
}

/** One line a record: `2026-01-31T12:00:00.000Z warn  message key=value`. Secrets print as `***`. */
export function consoleLogger(options: ConsoleLoggerOptions = {}, bound: LogFields = {}): Logger {
  const level = order[options.level ?? 'info'];
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  const log = (name: LogLevel, message: string, fields: LogFields = {}): void => {
    if (order[name] < level) return;
    const pairs = Object.entries({ ...bound, ...fields }).map(([key, value]) => ` ${key}=${show(value)}`);
    write(`${now().toISOString()} ${name.padEnd(5)} ${message}${pairs.join('')}\n`);
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    child: (fields) => consoleLogger(options, { ...bound, ...fields }),
  };
}

function show(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`);
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

/** Sends records to a pino logger of the caller's. */
export function pinoLogger(pino: PinoLike): Logger {
  return {
    debug: (message, fields = {}) => pino.debug(fields, message),
    info: (message, fields = {}) => pino.info(fields, message),
    warn: (message, fields = {}) => pino.warn(fields, message),
    error: (message, fields = {}) => pino.error(fields, message),
    child: (fields) => pinoLogger(pino.child(fields)),
  };
}
