# The Docker Engine of the system's packages, on the standard socket: Debian 12 has 20.10 (API 1.41).
# One that answers there already is taken as it is and never stopped by us.
host=unix:///var/run/docker.sock

start() {
  if engine "$host" >/dev/null 2>&1; then return 0; fi
  packages docker.io iptables
  need_root
  daemon "$host" dockerd
}

stop() { halt "$id"; }
