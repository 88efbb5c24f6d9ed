#!/usr/bin/env node
// Starts the CLI on a Node that suits it. Written so that Nodes from 4 on parse it: an old one gets a sentence, not a stack.
'use strict';

var fs = require('fs');
var path = require('path');

var root = path.join(__dirname, '..');
var oldest = [22, 19];

function suits(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > oldest[0] || (parts[0] === oldest[0] && parts[1] >= oldest[1]);
}

function manifest() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
}

function complain(lines) {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

// Enough for `--version`, which is asked often and by programs.
function isVersionOnly(argv) {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v');
}

function start() {
  var program = path.join(root, 'dist', 'cli', 'main.js');
  if (!fs.existsSync(program)) {
    complain([
      `error: wherry is not built: ${program} is missing`,
      `  fix: run \`npm ci\` (or \`npm run build\`) in ${root}`,
    ]);
  }
  require('module').enableCompileCache();
  require(program);
}

// The `node` package is a development dependency: a clone has it, an installed wherry does not.
function relaunch(node) {
  var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  });
  var passed = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'];
  passed.forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  child.on('error', (error) => {
    complain([`error: ${node} cannot be started`, `  why: ${error.message}`, '  fix: run `npm ci` again']);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(1), 1000);
  });
}

function main() {
  if (isVersionOnly(process.argv.slice(2))) {
    process.stdout.write(`wherry ${manifest().version}\n`);
    return;
  }
  if (suits(process.versions.node)) {
    start();
    return;
  }
  var ownNode = path.join(root, 'node_modules', 'node', 'bin', 'node');
  if (fs.existsSync(ownNode)) {
    relaunch(ownNode);
    return;
  }
  complain([
    `error: wherry needs Node ${oldest.join('.')} or newer, and this is ${process.version}`,
    '  fix: install a newer Node (https://nodejs.org, `nvm install 24`, or your package manager), then run it again',
  ]);
}

main();
