# What the lab's scripts share. Sourced with `set -euo pipefail` on; defines names only.
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$lab/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/wherry/lab
if [ "$(id -u)" = 0 ]; then run=/run/wherry-lab; else run=$cache/run; fi

say() { printf 'lab: %s\n' "$*" >&2; }
# End a leg with the reason that `up` records: `skip` where this machine cannot have it, `refuse` where it should have.
skip() { echo "$*" >"$run/$id.reason"; exit 3; }
refuse() { echo "$*" >"$run/$id.reason"; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || skip 'needs root'; }
need_command() { command -v "$1" >/dev/null || skip "needs $1, which is not installed"; }

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

# Where this machine's apt gets Debian from; empty (mmdebstrap's own default) when it is no Debian.
debian_mirror() {
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$' || true
}

# A daemon of ours is known by pid and start time, so that a reused pid is never taken for it.
born() { cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null; }
alive() {
  local pid start
  read -r pid start 2>/dev/null <"$run/$1.pid" && [ "$(born "$pid")" = "$start" ]
}
pid_of() { cut -d ' ' -f 1 "$run/$1.pid"; }
runs() { alive "$id" && engine "$host" >/dev/null 2>&1; }

# Starts a daemon in a session of its own and waits until it answers: daemon HOST COMMAND...
daemon() {
  local host=$1 pid
  shift
  halt "$id"
  # From the root: conmon leaves a file `oom` in the directory that it was started in.
  (cd / && exec setsid "$@") >"$run/$id.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(born $pid)" >"$run/$id.pid"
  for _ in $(seq 120); do
    if engine "$host" >/dev/null 2>&1; then return 0; fi
    alive "$id" || break
    sleep 0.5
  done
  halt "$id"
  refuse "its daemon does not answer on $host: $(tail -n 3 "$run/$id.log" | tr '\n' ' ')"
}

# Stops a daemon of ours and waits for it; what is left of one that was killed goes too.
halt() {
  local signal=TERM
  for _ in $(seq 60); do
    alive "$1" || break
    kill -s "$signal" "$(pid_of "$1")" || true
    signal=0
    sleep 0.5
  done
  if alive "$1"; then kill -9 "$(pid_of "$1")"; fi
  rm -f "$run/$1.pid" "$run/$1.sock"
}

# Docker of Debian drops what is forwarded on bridges that it does not know, whatever nftables says: these subnets pass.
# forward --insert|--delete SUBNET...
forward() {
  local action=$1 subnet
  shift
  command -v iptables >/dev/null || return 0
  for subnet in "$@"; do
    if iptables --check FORWARD --source "$subnet" --jump ACCEPT 2>/dev/null; then
      [ "$action" = --insert ] || iptables --delete FORWARD --source "$subnet" --jump ACCEPT
    elif [ "$action" = --insert ]; then
      iptables --insert FORWARD --source "$subnet" --jump ACCEPT
    fi
  done
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
