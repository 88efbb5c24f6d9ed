#!/usr/bin/env bash
# The README's first command: a container engine, the example's images, and the example up and healthy.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$project"

bash scripts/setup.sh
bash examples/quickstart/prepare.sh
with_new_groups node bin/wherry.cjs -f examples/quickstart/compose.yaml up -d --wait --build
echo 'In this clone `wherry` is `npx wherry`: npx wherry -f examples/quickstart/compose.yaml down'
if has_new_groups; then echo 'This login does not have the group docker yet: run `newgrp docker` first, or log in again.'; fi
