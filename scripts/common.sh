# What the set-up scripts share. Sourced; defines names only.
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$scripts/.." && pwd)

can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -v; }; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo env PATH="$PATH" "$@"; fi; }

# Runs a command as this user with the groups that the user has by now: setup may have added one (docker), which a process
# gets when a new session is opened for it, as sudo does.
with_new_groups() {
  if has_new_groups; then sudo --preserve-env --user "$(id -un)" env PATH="$PATH" "$@"; else "$@"; fi
}
has_new_groups() { [ "$(id -u)" != 0 ] && [ "$(id -nG)" != "$(id -nG "$(id -un)")" ]; }
