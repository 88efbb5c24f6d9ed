# The newest Docker Engine (API 1.56, containerd image store, BuildKit), built from the Go module proxy and run beside
# any other engine: own socket, data, state and bridge.
moby=v2.0.0-beta.24
containerd=v2.4.2
runc=v1.4.2
host=unix://$run/docker-newest.sock
bin=$cache/docker-newest-$moby-$containerd-$runc
data=$cache/docker-newest-data
state=$run/docker-newest-exec
bridge=wherry-newest

build() {
  local part=$bin.part
  packages gcc libc6-dev libseccomp-dev pkg-config
  rm -rf "$part"
  mkdir -p "$part"
  export GOBIN=$part GOFLAGS=-buildvcs=false
  local shim
  for shim in containerd containerd-shim-runc-v2 ctr; do
    CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "github.com/containerd/containerd/v2/cmd/$shim@$containerd"
  done
  CGO_ENABLED=0 go install -trimpath -ldflags "-s -w -X github.com/moby/moby/v2/dockerversion.Version=${moby#v}" \
    github.com/moby/moby/v2/cmd/{dockerd,docker-proxy}@"$moby"
  CGO_ENABLED=1 go install -trimpath -ldflags '-s -w' -tags seccomp "github.com/opencontainers/runc@$runc"
  mv "$part" "$bin"
}

start() {
  need_root
  if runs; then return 0; fi
  packages iproute2 nftables procps tini xz-utils
  if [ ! -d "$bin" ]; then
    need_command go
    say "$id: building it from the Go module proxy (about five minutes, once)"
    (build) >"$run/$id.build.log" 2>&1 || refuse "the build failed: $(tail -n 1 "$run/$id.build.log")"
  fi
  programs
  mkdir -p "$data" "$state"
  rm -f "$state/dockerd.pid"
  # A bridge and firewall tables of its own: by default both daemons would take docker0 and the DOCKER chains of iptables.
  ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
  ip addr replace 10.211.0.1/24 dev "$bridge"
  ip link set "$bridge" up
  echo 1 >/proc/sys/net/ipv4/ip_forward
  forward --insert 10.211.0.0/16 10.212.0.0/16
  keep_docker0
  daemon "$host" env PATH="$bin" dockerd --host "$host" --data-root "$data" --exec-root "$state" \
    --pidfile "$state/dockerd.pid" --bridge "$bridge" --firewall-backend nftables \
    --default-address-pool base=10.212.0.0/16,size=24
}

# Its PATH is one folder with what it runs, and without iptables: finding that, it would remove the chains of the other
# engine as left-overs of its own.
programs() {
  local program
  # The static one: it runs inside of images that have no loader.
  ln -sf "$(command -v tini-static)" "$bin/docker-init"
  for program in nft ps xz git; do
    if command -v $program >/dev/null; then ln -sf "$(command -v $program)" "$bin/$program"; fi
  done
}

# Told of a bridge, the daemon deletes docker0 while it starts, though it may be another engine's: until this leg has
# started (or failed), docker0 goes by another name.
keep_docker0() {
  ip link show docker0 >/dev/null 2>&1 || return 0
  ip link set docker0 name docker0-aside || skip 'docker0 is in use and this kernel cannot rename it meanwhile'
  trap 'ip link set docker0-aside name docker0' EXIT
}

stop() {
  if alive "$id" && command -v docker >/dev/null; then
    docker --host "$host" ps --all --quiet | xargs -r docker --host "$host" rm --force --volumes >/dev/null || true
  fi
  halt "$id"
  forward --delete 10.211.0.0/16 10.212.0.0/16
  ip link delete "$bridge" 2>/dev/null || true
  nft delete table ip docker-bridges 2>/dev/null || true
  nft delete table ip6 docker-bridges 2>/dev/null || true
}
