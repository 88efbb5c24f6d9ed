# The Docker Engine of the system's packages, on the standard socket: Debian 12 has 20.10 (API 1.41).
# One that answers there already is taken as it is and never stopped by us.
host=unix:///var/run/docker.sock

start() {
  if taken; then return 0; fi
  packages docker.io iptables
  need_root
  if [ -d /run/systemd/system ]; then systemctl start docker; fi
  if taken; then return 0; fi
  grep -qs dockerd "/proc/$(cat /run/docker.pid 2>/dev/null)/comm" || rm -f /run/docker.pid # of a daemon that was killed
  daemon "$host" dockerd
}

taken() {
  local who
  who=$(engine "$host" 2>/dev/null) || return 1
  [[ $who == docker* ]] || skip "the standard socket is answered by $who"
}

stop() { halt "$id"; }
