#!/usr/bin/env bash
# Makes sure that a container engine answers on this machine: takes the one that does; when none does, installs Docker
# from the system's packages and starts its daemon. Running it again changes nothing. Needs Node, and root or sudo when
# there is something to install or to start.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
socket=/var/run/docker.sock
pidfile=/var/run/docker.pid
log=/var/log/wherry-dockerd.log

say() { printf 'setup: %s\n' "$*"; }
give_up() { printf 'setup: %s\n' "$*" >&2; exit 1; }
answers() { with_new_groups node "$scripts/engine.mjs" "$1" 2>/dev/null; }

main() {
  local host who
  if [ -n "${DOCKER_HOST:-}" ]; then
    who=$(answers "$DOCKER_HOST") || give_up "DOCKER_HOST is $DOCKER_HOST and no engine answers there: start it, or unset DOCKER_HOST."
    found "$who" "$DOCKER_HOST"
    return
  fi
  for host in "${CONTAINER_HOST:-}" "unix://$socket" "unix://${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" \
    "unix://${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/podman/podman.sock" unix:///run/podman/podman.sock; do
    if [ -n "$host" ] && who=$(answers "$host"); then
      found "$who" "$host"
      return
    fi
  done

  say "No container engine answers to $(id -un) on this machine."
  can_be_root || give_up 'Installing or starting Docker needs root, and this user has no sudo: run this as root, or have an engine started and name it in DOCKER_HOST.'
  if ! command -v dockerd >/dev/null; then install_docker; fi
  if ! as_root node "$scripts/engine.mjs" "unix://$socket" >/dev/null 2>&1; then start_docker; fi
  if ! answers "unix://$socket" >/dev/null; then join_group; fi
  found "$(as_root node "$scripts/engine.mjs" "unix://$socket")" "unix://$socket"
}

found() { say "$1 answers on $2."; }

install_docker() {
  command -v apt-get >/dev/null || give_up 'Docker can be installed by this script on Debian and Ubuntu only: install Docker or Podman, start it, and run this again.'
  say 'Installing Docker (docker.io) from the system'\''s packages, which takes about a minute.'
  as_root "$scripts/apt-install.sh" docker.io iptables ca-certificates >"${TMPDIR:-/tmp}/wherry-apt.log" 2>&1 ||
    give_up "apt-get could not install docker.io: $(grep -E '^(E|Err)' "${TMPDIR:-/tmp}/wherry-apt.log" | tail -n 2 | tr '\n' ' ')"
}

start_docker() {
  if [ -d /run/systemd/system ]; then
    say 'Starting Docker with systemctl.'
    as_root systemctl start docker || give_up 'systemctl could not start docker: see `journalctl -u docker`.'
    return
  fi
  say "Starting Docker's daemon (no init system here); its log is $log, and \`kill \$(cat $pidfile)\` as root stops it."
  local pid
  pid=$(as_root bash -c '
    grep -qs dockerd "/proc/$(cat "$1" 2>/dev/null)/comm" || rm -f "$1" # left over from a daemon that was killed
    setsid dockerd >"$2" 2>&1 </dev/null &
    echo $!' bash "$pidfile" "$log")
  for _ in $(seq 120); do
    if as_root node "$scripts/engine.mjs" "unix://$socket" >/dev/null 2>&1; then return; fi
    [ -d "/proc/$pid" ] || break
    sleep 0.5
  done
  explain
}

# Why the daemon ended, from its log: what the machine withholds in one sentence, then the daemon's own words.
explain() {
  local words why='Docker'\''s daemon does not start'
  words=$(as_root grep 'failed to start' "$log" | tail -n 1 || true)
  [ -n "$words" ] || words=$(as_root tail -n 3 "$log")
  case $words in
    *cgroup*) why+=': this machine gives it no cgroups (is it an unprivileged container?)' ;;
    *'not permitted'* | *'ermission denied'*) why+=': this machine withholds privileges from it (is it an unprivileged container?)' ;;
  esac
  give_up "$why. Its log, $log, ends with:
$words"
}

join_group() {
  say "Adding $(id -un) to the group docker, so that Docker can be used without sudo; new logins have it, and the quickstart uses it now."
  as_root usermod -aG docker "$(id -un)"
}

main
