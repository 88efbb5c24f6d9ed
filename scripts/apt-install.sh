#!/usr/bin/env bash
# Installs Debian or Ubuntu packages without asking anything; the package lists are fetched once, when a package is not in them.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
if ! apt-get install --dry-run --no-install-recommends "$@" >/dev/null 2>&1; then
  apt-get update
fi
apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
