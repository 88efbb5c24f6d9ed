import type { CallOptions } from '../core/image.ts';

/** All that the loader needs of a file system. */
export interface FileAccess {
  /** The file as text; `-` is standard input. Fails with a code of Node's (`ENOENT` …) or of Wherry's. */
  readText(path: string, options?: CallOptions): Promise<string>;
  /** The file as it is. */
  readBytes(path: string): Promise<Uint8Array>;
  /** Whether a file (not a directory) is there. */
  exists(path: string): Promise<boolean>;
  /** Default: there are no directories. */
  isDirectory?(path: string): Promise<boolean>;
  /**
   * The path with its first symbolic link followed to its end; as it is when it has none or does not exist. Default:
   * there are no links.
   */
  followLink?(path: string): string;
}
