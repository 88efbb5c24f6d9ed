import { posix } from 'node:path';
import { WherryError } from '../../core/index.ts';
import { redactText } from '../../core/redact.ts';

/** A file or directory of a git repository, as BuildKit writes it: `REMOTE#REF:PATH`. */
export interface GitReference {
  /** What git is given. */
  remote: string;
  /** A branch, a tag or a commit. */
  ref: string;
  /** Below the top of the repository; empty: the top. */
  path: string;
  /** The first digits of the commit that it has to be. */
  commit: string | undefined;
}

const scpStyle = /^[a-zA-Z0-9][\w.-]*@[\w.-]+:[^?#]*/;

/**
 * Reads the name of something in a git repository: a URL (`https://…/NAME.git`, `ssh://`, `git://`), `USER@HOST:PATH` or
 * `github.com/…`, then `#REF:PATH` or `?ref=…&subdir=…`. Fails with `INVALID`, with `PERMISSION` for a path that leads out.
 */
export function parseGitReference(text: string): GitReference {
  const hash = text.indexOf('#');
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  const [address = '', query = ''] = (hash < 0 ? text : text.slice(0, hash)).split('?', 2);
  const { ref, path } = readFragment(fragment, text);
  const asked = readQuery(query, text);
  return {
    remote: remoteOf(address, text),
    ref: refOf(either('ref', [ref, asked.ref, asked.branch, asked.tag], text), text),
    path: pathOf(either('path', [path, asked.subdir], text), text),
    commit: asked.commit,
  };
}

function remoteOf(address: string, text: string): string {
  if (address.startsWith('github.com/')) return `https://${address}`;
  if (!/^(https?|ssh|git):\/\//.test(address)) {
    if (scpStyle.test(address)) return address;
    throw invalid(text, 'is no URL of a git repository');
  }
  const url = URL.parse(address);
  if (url === null || url.hostname === '') throw invalid(text, 'is no URL');
  if (url.hostname.startsWith('-')) throw invalid(text, 'has no host');
  if (/^https?:$/.test(url.protocol) && !url.pathname.endsWith('.git'))
    throw invalid(text, 'is no git repository', 'the URL of a repository ends with .git');
  return address;
}

/** `REF:PATH`; the path counts from the top of the repository, with a slash or without. */
function readFragment(fragment: string, text: string): Pick<GitReference, 'ref' | 'path'> {
  const colon = fragment.indexOf(':');
  if (colon < 0) return { ref: decoded(fragment, text), path: '' };
  const path = decoded(fragment.slice(colon + 1), text);
  return { ref: decoded(fragment.slice(0, colon), text), path: path.replace(/^\/+/, '') };
}

interface Asked {
  ref: string;
  branch: string;
  tag: string;
  subdir: string;
  commit: string | undefined;
}

function readQuery(query: string, text: string): Asked {
  const asked: Asked = { ref: '', branch: '', tag: '', subdir: '', commit: undefined };
  for (const [key, value] of new URLSearchParams(query)) {
    if (value === '') throw invalid(text, `says nothing with "${key}"`);
    switch (key) {
      case 'ref':
      case 'subdir':
        asked[key] = either(key, [asked[key], value], text);
        break;
      case 'branch':
        asked.branch = value.startsWith('refs/heads/') ? value : `refs/heads/${value}`;
        break;
      case 'tag':
        asked.tag = value.startsWith('refs/tags/') ? value : `refs/tags/${value}`;
        break;
      case 'checksum':
      case 'commit':
        if (!/^[0-9a-f]{7,40}$/.test(value)) throw invalid(text, `has no commit in "${key}"`);
        asked.commit = value;
        break;
      default:
        throw invalid(text, `asks for "${key}"`, 'ref, branch, tag, commit and subdir are known');
    }
  }
  return asked;
}

/** The one that says something. */
function either(what: string, values: readonly string[], text: string): string {
  const [first = '', ...others] = new Set(values.filter((value) => value !== ''));
  if (others.length > 0) throw invalid(text, `says two things with its ${what}`);
  return first;
}

/** What git could take for an option or a pattern is no ref (git-check-ref-format). */
function refOf(ref: string, text: string): string {
  if (ref === '') return 'HEAD';
  if (/^[-/]|\.\.|[\s~^:?*[\\\p{Cc}]|@\{|\/$|\.lock$/u.test(ref))
    throw invalid(text, `has "${ref}", which is no ref`);
  return ref;
}

function pathOf(path: string, text: string): string {
  const clean = posix.normalize(path || '.').replace(/\/$/, '');
  if (clean === '.') return '';
  if (/^\.\.(?:[\\/]|$)|^[\\/]|^[a-z]:|\0/i.test(clean)) {
    throw new WherryError('PERMISSION', `${withoutPassword(text)} leads out of the repository`, {
      hint: 'name a path below the top of the repository',
      details: { path },
    });
  }
  return clean;
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(text, 'has a % that stands for nothing');
  }
}

function invalid(text: string, why: string, hint = 'write https://HOST/NAME.git#REF:PATH'): WherryError {
  return new WherryError('INVALID', `${withoutPassword(text)} ${why}`, { hint });
}

/** A text with the name as it may be shown. A user alone is a token where it goes over HTTP. */
export function withoutPassword(text: string): string {
  return redactText(text).replace(/(\bhttps?:\/\/)[^\s/:@]+@/gi, '$1***@');
}
