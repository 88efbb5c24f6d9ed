# What the lab's scripts share. Sourced with `set -euo pipefail` on; defines names only.
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$lab/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/wherry/lab
if [ "$(id -u)" = 0 ]; then run=/run/wherry-lab; else run=$cache/run; fi

say() { printf 'lab: %s\n' "$*" >&2; }
# Ends a leg: its message is the reason that `up` records for the skip.
refuse() { printf '%s\n' "$*" >"$run/$id.reason"; say "$id: $*"; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || refuse 'needs root'; }
need_command() { command -v "$1" >/dev/null || refuse "needs $1, which is not installed"; }

# Prints `kind version apiVersion` when an engine answers on the host ($1).
engine() { node "$project/scripts/engine.mjs" "$1"; }

# Installs the packages that are missing; a leg that cannot have them is skipped.
packages() {
  local missing=()
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  need_root
  need_command apt-get
  "$project/scripts/apt-install.sh" "${missing[@]}" >"$run/$id.apt.log" 2>&1 ||
    refuse "apt-get could not install ${missing[*]}: $(tail -n 1 "$run/$id.apt.log")"
}

alive() { [ -f "$run/$1.pid" ] && kill -0 "$(cat "$run/$1.pid")" 2>/dev/null; }

# Starts a daemon in a session of its own and waits until it answers: daemon HOST COMMAND...
daemon() {
  local host=$1
  shift
  setsid "$@" >"$run/$id.log" 2>&1 </dev/null &
  echo $! >"$run/$id.pid"
  for _ in $(seq 120); do
    if engine "$host" >/dev/null 2>&1; then return 0; fi
    alive "$id" || break
    sleep 0.5
  done
  local why
  why=$(tail -n 3 "$run/$id.log" | tr '\n' ' ')
  halt "$id"
  refuse "its daemon does not answer on $host: $why"
}

# Stops a daemon of ours by its pid and waits for it.
halt() {
  local pid
  [ -f "$run/$1.pid" ] || return 0
  pid=$(cat "$run/$1.pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 60); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.5
  done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$run/$1.pid"
}

# Settings for a Podman service where there is no systemd, cgroups may be hybrid (crun refuses them) and root may not
# raise its own limits.
containers_conf() {
  local files processes
  files=$(at_most 1048576 "$(ulimit -H -n)")
  processes=$(at_most "$(cat /proc/sys/kernel/pid_max)" "$(ulimit -H -u)")
  cat <<CONF
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=$processes:$processes"]
CONF
}

at_most() { if [ "$2" = unlimited ] || [ "$2" -gt "$1" ]; then echo "$1"; else echo "$2"; fi; }
