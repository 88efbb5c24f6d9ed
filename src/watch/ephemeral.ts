/**
 * What editors, compilers and git write for themselves; nobody wants it in a container. The same list as docker compose
 * (`pkg/watch/ephemeral.go`), and `.git` at any depth.
 */
export const ephemeralPatterns: readonly string[] = [
  '**/.git',
  '**/*___jb_old___',
  '**/*___jb_tmp___',
  '**/.idea/**',
  '**/.#*',
  '**/#*#',
  '**/4913',
  '**/*~',
  '**/.*.swp',
  '**/.*.swx',
  '**/.*.swo',
  '**/.*.swn',
  '**/.*.kate-swp',
  '**/*-go-tmp-umask',
];
