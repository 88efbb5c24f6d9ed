# Podman 5.4 from Debian 13, whatever the machine is: a root made by mmdebstrap, entered by pivot_root (in a plain chroot
# image layers fail, since / has to be a mount point). It shares the machine's network, processes and every folder that is
# not part of Debian itself (/home, /root, /tmp …), so that ports and bind mounts mean the same as elsewhere.
host=unix://$run/podman-5.4.sock
root=$cache/debian-13-podman
data=$cache/podman-5.4-data

build() {
  packages mmdebstrap
  rm -rf "$root.part"
  mmdebstrap --variant=minbase --include=podman,runc,netavark,aardvark-dns,catatonit,iptables,nftables \
    trixie "$root.part" "$(debian_mirror)"
  mv "$root.part" "$root"
}

start() {
  need_root
  case $(podman --version 2>/dev/null) in *' 5.4.'*) skip "the system's own Podman is 5.4" ;; esac
  if runs; then return 0; fi
  if [ ! -d "$root" ]; then
    say "$id: making a Debian 13 root with it (about a minute, once)"
    (build) >"$run/$id.build.log" 2>&1 || refuse "mmdebstrap failed: $(tail -n 1 "$run/$id.build.log")"
  fi
  mkdir -p "$data" "$root/etc/containers/networks"
  settings
  forget_rules
  forward --insert 10.213.0.0/16 10.214.0.0/16
  local folder shared=()
  for folder in /*; do
    case $folder in
      /bin | /boot | /dev | /etc | /lib* | /lost+found | /proc | /run | /sbin | /sys | /usr | /var) ;;
      *) if [ -d "$folder" ]; then shared+=("$folder"); fi ;;
    esac
  done
  daemon "$host" unshare --mount --propagation private "$lab/pivot" "$root" "$data:/var/lib/containers" "$run" "${shared[@]}" -- \
    podman system service --time 0 "$host"
}

# Its networks keep clear of the other Podman's: both live in the machine's one network namespace.
settings() {
  { containers_conf; printf '[network]\ndefault_subnet_pools = [{"base" = "10.213.0.0/16", "size" = 24}]\n'; } \
    >"$root/etc/containers/containers.conf"
  cat >"$root/etc/containers/networks/podman.json" <<'JSON'
{
  "name": "podman",
  "id": "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9",
  "driver": "bridge",
  "network_interface": "podman54",
  "created": "2025-01-01T00:00:00Z",
  "subnets": [{ "subnet": "10.214.0.0/16", "gateway": "10.214.0.1" }],
  "ipv6_enabled": false,
  "internal": false,
  "dns_enabled": false,
  "ipam_options": { "driver": "host-local" }
}
JSON
}

# Rules that a killed Podman left in nftables make it fail to remove containers later. Where all of them are this one's,
# they go.
forget_rules() {
  local rules
  rules=$(chroot "$root" nft list table inet netavark 2>/dev/null) || return 0
  if grep -o 'nv_[0-9a-f]*_[0-9_]*' <<<"$rules" | grep -qv '_10_21[34]_'; then return 0; fi
  chroot "$root" nft delete table inet netavark
}

stop() {
  if alive "$id"; then
    nsenter --target "$(pid_of "$id")" --mount podman rm --all --force --time 0 >/dev/null || true
  fi
  halt "$id"
  forward --delete 10.213.0.0/16 10.214.0.0/16
}
