#!/usr/bin/env bash
# Assembles the root file systems of the example's images from the system's own packages: Redis and busybox with exactly
# the libraries that they load. Needs no root and no registry; does nothing when they are there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
packages=$PWD/.packages
# One at a time: whoever comes second finds it done.
exec 9<.
flock 9
tree=$packages/tree

main() {
  local stamp
  stamp="$(cksum <prepare.sh) $(. /etc/os-release && echo "$ID $VERSION_ID") $(uname -m)"
  if [ "$(cat web/rootfs/etc/prepared 2>/dev/null)" = "$stamp" ]; then return; fi
  command -v apt-get >/dev/null || { echo 'The quickstart takes Redis and busybox from apt, which this machine does not have: run it on Debian or Ubuntu.' >&2; exit 1; }

  echo 'Assembling the images of the example from the packages redis and busybox.'
  rm -rf "$packages" cache/rootfs cache/data web/rootfs
  mkdir -p "$packages/lists/partial" "$packages/archives/partial" cache/data
  touch "$packages/status"
  download redis-server busybox || { refresh && download redis-server busybox; } ||
    { cat "$packages/log" >&2; exit 1; }
  unpack
  place cache/rootfs redis-server redis-cli
  place web/rootfs busybox redis-cli
  ln -s busybox web/rootfs/usr/bin/sh
  mkdir -p web/rootfs/etc
  rm -rf "$packages"
  echo "$stamp" >web/rootfs/etc/prepared
}

# apt with a package state of its own, which is empty: it resolves every dependency, and no root is needed.
apt() {
  apt-get -qq -o Dir::State::status="$packages/status" -o Dir::Cache="$packages" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User="$(id -un)" ${lists:+-o Dir::State::lists="$lists"} "$@" >>"$packages/log" 2>&1
}
lists=
refresh() { lists=$packages/lists && apt update; }
download() { apt install --yes --no-install-recommends --download-only "$@"; }

unpack() {
  local dir deb
  for dir in bin sbin lib lib64; do
    mkdir -p "$tree/usr/$dir"
    ln -s "usr/$dir" "$tree/$dir"
  done
  for deb in "$packages"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$tree"
  done
}

# Copies programs and the libraries that they load into a root file system: place ROOTFS PROGRAM...
place() {
  local rootfs=$1 libraries loader program file
  shift
  libraries=$(dirname "$tree"/usr/lib/*/libc.so.6)
  loader=$(find "$libraries" -type f -name 'ld-*.so*')
  mkdir -p "$rootfs"/{tmp,usr/{bin,lib,lib64}}
  chmod 1777 "$rootfs/tmp"
  ln -s usr/bin usr/lib usr/lib64 "$rootfs"
  for program in "$@"; do
    cp -L "$tree/usr/bin/$program" "$rootfs/usr/bin/$program"
    for file in $("$loader" --library-path "$libraries" --list "$tree/usr/bin/$program" | grep -o "$libraries/[^ ]*"); do
      install -D "$file" "$rootfs/${file#"$tree"/}"
    done
  done
  # Where the programs expect their loader, and what name lookups load at run time with a glibc before 2.34.
  for file in "$tree"/usr/lib64/ld-linux*.so.* "$tree"/usr/lib/ld-linux*.so.*; do
    [ ! -L "$file" ] || install -D "$loader" "$rootfs/${file#"$tree"/}"
  done
  for file in "$libraries"/lib{nss_dns,nss_files,resolv}.so.2; do
    [ ! -e "$file" ] || install -D "$file" "$rootfs/${file#"$tree"/}"
  done
}

main
