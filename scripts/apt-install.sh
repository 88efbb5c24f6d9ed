#!/usr/bin/env bash
# Installs Debian or Ubuntu packages without asking anything; fetches the package lists first when those here do not do.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
install() { apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; }
install "$@" || { apt-get update && install "$@"; }
