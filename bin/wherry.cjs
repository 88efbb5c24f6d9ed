#!/bin/sh
':' //; exec node --min-semi-space-size=8 -- "$0" "$@"
// The line above is for sh: without its `--` Node takes an `--env-file` of ours for its own, and fails when it is missing.
// 8 MiB hold what a short command makes, so that it ends before memory has to be collected.
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

function say(line) {
  process.stdout.on('error', (error) => {
    // Who asked may have gone without reading.
    if (error.code === 'EPIPE') process.exit(0);
    complain(['error: the output could not be written', `  why: ${error.message}`]);
  });
  process.stdout.write(`${line}\n`);
}

// What the docker CLI asks of a plugin before it runs it.
function pluginMetadata() {
  return JSON.stringify({
    SchemaVersion: '0.1.0',
    Vendor: 'Wherry',
    Version: `v${manifest().version}`,
    ShortDescription: 'Docker Compose, as Wherry has it',
  });
}

// Enough for `--version`, which is asked often and by programs.
function isVersionOnly(argv) {
  if (path.basename(process.argv[1]) === 'docker-compose') return false;
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v');
}

function start() {
  var program = path.join(root, 'dist', 'cli', 'main.cjs');
  if (!fs.existsSync(program)) {
    complain([
      `error: wherry is not built: ${program} is missing`,
      `  fix: run \`npm ci\` (or \`npm run build\`) in ${root}`,
    ]);
  }
  var folder = path.dirname(program);
  // Open from the start, so that a command that runs for days does not find its parts replaced by an update.
  var parts = {};
  ['main', 'project', 'boot', 'rest'].forEach((part) => {
    parts[part] = fs.openSync(path.join(folder, `${part}.cjs`), 'r');
  });
  function open(part) {
    var compiled = compile(fs.readFileSync(parts[part], 'latin1'), path.join(folder, `${part}.cjs`));
    return compiled(require, folder, open);
  }
  open('main');
}

function compile(source, filename) {
  var cache = cacheFile(source.slice(3, 3 + 16));
  var made = cache && ownStat(cache);
  var cached = made && wholeOf(cache);
  var script = new (require('vm').Script)(`(function (require, __dirname, open) {${source}\n})`, {
    filename: filename,
    cachedData: cached,
  });
  if (cache) {
    process.on('exit', (code) => {
      if (code !== 0) return;
      if (script.cachedDataRejected !== false) keep(cache, script.createCachedData());
      else addTo(cache, made, cached.length, script);
    });
  }
  return script.runInThisContext();
}

// Where what V8 compiled for this command is kept, since compiling it again would be a third of a short command. Node's
// own cache holds what is compiled before the program runs only, and lies in a folder of /tmp that anybody can make.
function cacheFile(build) {
  var home = process.env.XDG_CACHE_HOME || process.env.HOME;
  if (!home || !path.isAbsolute(home) || process.env.NODE_DISABLE_COMPILE_CACHE || !ownStat(home))
    return undefined;
  var folder = path.join(home, process.env.XDG_CACHE_HOME ? '' : '.cache', 'wherry', 'compiled');
  return path.join(folder, `${verb(process.argv.slice(2))}-${build}-${process.version}-${process.arch}`);
}

// Each command needs other functions. A guess will do: what follows an option may be its value.
function verb(argv) {
  var isWord = (argument) => /^[a-z]{1,16}$/.test(argument) && argument !== 'compose';
  return (
    argv.find((one, at) => isWord(one) && (at === 0 || argv[at - 1][0] !== '-')) || argv.find(isWord) || 'any'
  );
}

// Compiled code is code: it is taken only from a file of this user's that nobody else can write.
function ownStat(file) {
  var stat;
  try {
    stat = fs.statSync(file);
    return stat.uid === process.getuid() && (stat.mode & 0o22) === 0 ? stat : undefined;
  } catch (_unknown) {
    // It is not there, or this is Windows, which has no such owners.
    return undefined;
  }
}

// V8 does not look whether its data is damaged, and dies of it. It is there twice: comparing takes less than any checksum.
function wholeOf(file) {
  var bytes, half;
  try {
    bytes = fs.readFileSync(file);
    half = bytes.subarray(0, bytes.length / 2);
    return half.equals(bytes.subarray(half.length)) ? half : undefined;
  } catch (_unreadable) {
    return undefined;
  }
}

// Another run of the same command may need other functions: what this one compiled besides is added. Finding that out takes
// milliseconds, so it is asked soon after the file was made and then ever more seldom: when as much time has passed since
// the last time (of which its date is the trace) as had passed until then.
function addTo(file, made, size, script) {
  var passed = Date.now() - made.mtimeMs;
  // Bytes by which the same functions may differ.
  var noise = 2048;
  if (passed <= made.mtimeMs - made.birthtimeMs) return;
  try {
    fs.utimesSync(file, new Date(), new Date());
  } catch (_readOnly) {
    return;
  }
  var data = script.createCachedData();
  if (data.length > size + noise) keep(file, data);
}

// A cache that cannot be kept (no space, read-only) is no fault of the command's.
function keep(file, data) {
  var folder = path.dirname(file);
  var fresh = `${file}.${process.pid}`;
  // For some versions and the verbs of each.
  var most = 100;
  try {
    makeFolder(folder, 3);
    fs.writeFileSync(fresh, Buffer.concat([data, data]), { mode: 0o600, flag: 'wx', flush: true });
    fs.renameSync(fresh, file);
    fs.readdirSync(folder)
      .map((name) => path.join(folder, name))
      .map((name) => ({ name: name, time: fs.statSync(name).mtime.getTime() }))
      .sort((a, b) => b.time - a.time)
      .slice(most)
      .forEach((old) => {
        fs.unlinkSync(old.name);
      });
  } catch (_failed) {
    try {
      fs.unlinkSync(fresh);
    } catch (_gone) {
      // It was not made, or another process with this number, which a container may have, took it away.
    }
  }
}

// Not `recursive`: Node looks for ever for what stands in the way where a folder can hold none (/proc).
function makeFolder(folder, depth) {
  if (fs.existsSync(folder)) return;
  if (depth > 1) makeFolder(path.dirname(folder), depth - 1);
  fs.mkdirSync(folder, 0o700);
}

// The `node` package is a development dependency: a clone has it, an installed wherry does not.
function relaunch(node) {
  var child = require('child_process').spawn(node, ['--'].concat(process.argv.slice(1)), {
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
    say(`wherry ${manifest().version}`);
    return;
  }
  if (process.argv[2] === 'docker-cli-plugin-metadata' && process.argv.length === 3) {
    say(pluginMetadata());
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
