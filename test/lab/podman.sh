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
  forget_names
  # A mount namespace of its own with an empty /dev/shm: Podman's locks live there under one fixed name.
  daemon "$host" unshare --mount --propagation slave sh -c 'mount -t tmpfs shm /dev/shm && exec "$@"' sh \
    env CONTAINERS_CONF="$run/podman-containers.conf" podman --root "$data" --runroot "$run/podman-run" \
    --network-config-dir "$data/networks" system service --time 0 "$host"
}

# Names that a killed Podman left with its name server keep an address taken that a later network gets: nobody answers there.
# They go where no container of this Podman or of the machine's own has them.
forget_names() {
  local file known names=/run/containers/networks/aardvark-dns
  [ -d "$names" ] || return 0
  known=$(podman ps --all --quiet --no-trunc; podman --root "$data" --runroot "$run/podman-run" ps --all --quiet --no-trunc)
  for file in "$names"/*; do
    [ -f "$file" ] || continue
    if [ "${file##*/}" = aardvark.pid ] || grep -qwF "${known:-none}" "$file"; then continue; fi
    rm -f "$file"
  done
  pkill --signal HUP --exact aardvark-dns || true
}

stop() {
  if alive "$id"; then
    nsenter --target "$(pid_of "$id")" --mount env CONTAINERS_CONF="$run/podman-containers.conf" \
      podman --root "$data" --runroot "$run/podman-run" --network-config-dir "$data/networks" rm --all --force --time 0 >/dev/null || true
  fi
  halt "$id"
}
