#!/usr/bin/env bash
# The README's second command: the engines that the tests need, every check, then every test, then whether the tests left
# anything on the engines. What it started is stopped at the end. The last line is the tally, `N passed, N failed, N
# skipped`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$project"
report=$(mktemp -d)
tally='0 passed, 1 failed, 0 skipped'
running_before=$(ls /run/wherry-lab/*.pid 2>/dev/null || true)
at=start

main() {
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  step packages
  complete_packages

  step engines
  local up=(bash test/lab/up ${CI:+--strict})
  if can_be_root; then as_root "${up[@]}"; else "${up[@]}"; fi
  bash scripts/setup.sh

  local check
  for check in format lint types floors dead; do
    step "check:$check"
    npm run --silent "check:$check"
  done

  step tests
  local code=0
  held >"$report/held-before" || echo 'what the engines hold before the tests cannot be listed' >&2
  # On a machine that nobody knows; a test that passes only when it is run again is listed as such.
  run_tests vitest || code=$?
  tally=$(node scripts/tally.mjs "$code" "$report/vitest.json")
  if [ "$code" -ne 0 ]; then run_again && code=0 || code=$?; fi

  step 'left behind'
  left_behind || [ -n "${CI:-}" ] || code=1
  return "$code"
}

run_tests() {
  local name=$1
  shift
  with_new_groups node node_modules/vitest/vitest.mjs run --retry=2 --reporter=default --reporter=json \
    --outputFile.json="$report/$name.json" "$@"
}

# The files in which something failed, whole and by themselves, when they are few: their set-up is made anew, which a
# retry of one test does not do. Each of them is named in the output, whatever comes of it.
run_again() {
  local files code=0
  mapfile -t files < <(node scripts/failed-files.mjs "$report/vitest.json")
  [ "${#files[@]}" -gt 0 ] && [ "${#files[@]}" -le 4 ] || return 1
  step 'tests that failed, again'
  printf 'FAILED AT FIRST: %s\n' "${files[@]#"$project/"}"
  run_tests again --maxWorkers=1 "${files[@]}" || code=$?
  tally=$(node scripts/tally.mjs "$code" "$report/vitest.json" "$report/again.json")
  return "$code"
}

held() { with_new_groups timeout 60 node test/lab/left-behind.ts; }

# What the engines hold now and did not hold before the tests: a test that does not clean up after itself. In CI, where
# the engines go with the machine, it is only told.
left_behind() {
  local left
  held >"$report/held-after" || return 1
  left=$(LC_ALL=C comm -13 "$report/held-before" "$report/held-after")
  [ -n "$left" ] || return 0
  sed 's/^/LEFT BEHIND: /' <<<"$left"
  return 1
}

# npm leaves out optional packages for which the Node that it runs on is too old (parts of vitest and knip, on a Node of
# Debian's): run on the project's own Node, it adds them.
complete_packages() {
  if "${npm_node_execpath:-node}" -e 'process.exit(parseInt(process.versions.node) < 22 ? 0 : 1)'; then
    node "$npm_execpath" install --no-save --ignore-scripts
  fi
}

step() {
  at=$1
  printf '\n== %s\n' "$at"
}

finish() {
  local code=$? pidfile
  trap '' INT TERM
  [ "$code" -eq 0 ] || printf '\n== FAILED: %s\n' "$at"
  for pidfile in /run/wherry-lab/*.pid; do
    [ -e "$pidfile" ] && ! grep -qxF "$pidfile" <<<"$running_before" || continue
    as_root bash test/lab/down "$(basename "$pidfile" .pid)" || code=1
  done
  rm -rf "$report"
  echo "$tally"
  exit "$code"
}

main
