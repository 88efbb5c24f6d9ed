# The newest Docker Engine (API 1.56, containerd image store, BuildKit), built from the Go module proxy and run beside
# any other engine: own socket, data, state and bridge.
moby=v2.0.0-beta.24
containerd=v2.4.2
runc=v1.4.2
host=unix://$run/docker-newest.sock
bin=$cache/docker-newest-$moby-$containerd-$runc
data=$cache/docker-newest-data

build() {
  local part=$bin.part
  need_command go
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
  if alive "$id" && engine "$host" >/dev/null 2>&1; then return 0; fi
  packages iptables tini
  if [ ! -d "$bin" ]; then
    say "$id: building it from the Go module proxy (about four minutes, once)"
    (build) >"$run/$id.build.log" 2>&1 || refuse "the build failed: $(tail -n 1 "$run/$id.build.log")"
  fi
  ln -sf "$(command -v tini-static || command -v tini)" "$bin/docker-init"
  mkdir -p "$data"
  daemon "$host" env PATH="$bin:$PATH" dockerd --host "$host" --data-root "$data" --exec-root "$run/docker-newest-exec" \
    --pidfile "$run/docker-newest.dockerd.pid" --bip 10.211.0.1/24 --default-address-pool base=10.212.0.0/16,size=24
}

stop() { halt "$id"; }
