// Static imports of node:http, node:tls and others cost tens of milliseconds at start-up because their ESM
// facades are built eagerly; getBuiltinModule hands out the module itself, and only when it is needed.

export function http(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

export function net(): typeof import('node:net') {
  return process.getBuiltinModule('node:net');
}

export function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

export function stream(): typeof import('node:stream') {
  return process.getBuiltinModule('node:stream');
}

export function childProcess(): typeof import('node:child_process') {
  return process.getBuiltinModule('node:child_process');
}

export function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

export function fs(): typeof import('node:fs') {
  return process.getBuiltinModule('node:fs');
}

export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

export function http2(): typeof import('node:http2') {
  return process.getBuiltinModule('node:http2');
}
