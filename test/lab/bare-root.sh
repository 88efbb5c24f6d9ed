# The inside of `bare-root`: runs a command in the project's clone as a user, then stops the Docker that it may have started,
# so that its containers leave no cgroups behind.
user=$1
shift
cd "$HOME/wherry" || exit 1
if [ "$user" = root ]; then
  "$@"
else
  setpriv --reuid "$user" --regid "$user" --init-groups "$@"
fi
code=$?
pid=$(cat /run/docker.pid 2>/dev/null)
if [ -n "$pid" ]; then
  kill "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.1; done
fi
exit "$code"
