export type TarEntryType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'link'
  | 'fifo'
  | 'character-device'
  | 'block-device';

/** What the header of an archive's entry says. */
export interface TarHeader {
  /** With `/` between its parts, as it stands in the archive. */
  readonly name: string;
  readonly type: TarEntryType;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Date;
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  /** The target of a symbolic or hard link. */
  readonly linkname?: string | undefined;
  readonly devmajor?: number | undefined;
  readonly devminor?: number | undefined;
}
