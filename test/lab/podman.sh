# The Podman of the system's packages as an API service: Debian 12 has 4.3. Storage, locks and settings are its own, so
# that a person's Podman on the same machine sees nothing of it.
host=unix://$run/podman.sock
data=$cache/podman-data

start() {
  need_root
  if runs; then return 0; fi
  packages podman runc netavark aardvark-dns catatonit iptables
  mkdir -p "$data" "$run/podman-run"
  containers_conf >"$run/podman-containers.conf"
  # A mount namespace of its own with an empty /dev/shm: Podman's locks live there under one fixed name.
  daemon "$host" unshare --mount --propagation slave sh -c 'mount -t tmpfs shm /dev/shm && exec "$@"' sh \
    env CONTAINERS_CONF="$run/podman-containers.conf" podman --root "$data" --runroot "$run/podman-run" \
    --network-config-dir "$data/networks" system service --time 0 "$host"
}

stop() {
  if alive "$id"; then
    nsenter --target "$(pid_of "$id")" --mount env CONTAINERS_CONF="$run/podman-containers.conf" \
      podman --root "$data" --runroot "$run/podman-run" --network-config-dir "$data/networks" rm --all --force --time 0 >/dev/null || true
  fi
  halt "$id"
}
