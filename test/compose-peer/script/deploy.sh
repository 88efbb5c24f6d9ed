#!/bin/sh
# What scripts do with docker compose, in the words that they use; $COMPOSE is what they call. Each step prints its result
# and its exit code.
step() {
  echo "== $*"
  out=$("$@" 2>/dev/null)
  code=$?
  [ -z "$out" ] || printf '%s\n' "$out"
  echo "-- $code"
}
sorted() { "$@" | sort; }
first() { "$@" | head -n 1; }
# What a table has, where how wide it is differs from run to run.
titles() { first "$@" | tr -s ' '; }
counted() { "$@" | grep -c .; }
# The lines of the progress that tell how things ended.
progress() { "$@" 2>&1 >/dev/null | grep -E ' (Started|Stopped|Killed|Paused|Unpaused|Removed|Created) *$' | sed 's/ *$//' | sort; }

untimed() { "$@" | sed 's/[A-Za-z0-9]* [a-z0-9 ]* ago$//'; }

step $COMPOSE version --short
step sorted $COMPOSE --profile tools config --services
step $COMPOSE up -d --wait
step counted $COMPOSE ps -q
step $COMPOSE ps --services --filter status=running
step $COMPOSE ps --all --format 'table {{.Name}}\t{{.Service}}\t{{.State}}\t{{.Health}}'
step $COMPOSE ps --format json web
step $COMPOSE port web 8080
step $COMPOSE exec -T -e WHO=me -w /tmp --user 0 web sh -c 'echo $WHO $PWD; echo to stderr >&2; exit 3'
echo piped | step $COMPOSE exec -T web cat
step $COMPOSE run --rm -T --no-deps web 'echo one-off; exit 4'
step progress $COMPOSE run --rm -T --no-deps --name "$NAME-once" web true
step $COMPOSE logs --no-log-prefix web
step $COMPOSE logs --no-color --tail 1 web
step $COMPOSE images -q
step $COMPOSE images --format json
step untimed $COMPOSE images
step $COMPOSE volumes
step $COMPOSE ls --filter name="$NAME"
step $COMPOSE ps --status paused
step $COMPOSE --context default ps --services
step titles $COMPOSE stats --no-stream
step $COMPOSE ps --no-trunc --format 'table {{.Name}}\t{{.Command}}\t{{.Ports}}'
step sorted $COMPOSE config --variables
step $COMPOSE logs --no-color --tail=-1 web
step $COMPOSE run --rm -T --no-deps --entrypoint nosuch web
step $COMPOSE unpause web
step $COMPOSE cp compose.yaml web:/tmp/copied
step $COMPOSE volumes --format '{{.Name}} {{.Driver}}'
step $COMPOSE ls --filter name="$NAME" --format json
step $COMPOSE restart -t 0 web
step $COMPOSE stop -t 0 web
step $COMPOSE ps -a --format '{{.State}} {{.ExitCode}}' web
step progress $COMPOSE stop -t 0
step progress $COMPOSE start web
step progress $COMPOSE start web
step progress $COMPOSE restart -t 0 web
step progress $COMPOSE pause web
step $COMPOSE pause web
step progress $COMPOSE unpause web
step $COMPOSE pause task
step progress $COMPOSE kill web
step $COMPOSE run -d --no-deps --name "$NAME-once" web 'exec sleep 300'
step titles $COMPOSE top web
step counted $COMPOSE top web
step progress $COMPOSE kill web
step $COMPOSE ps -a --format '{{.State}}' web
step progress $COMPOSE rm -f web
step progress $COMPOSE rm -f web
step progress $COMPOSE create web
step $COMPOSE up -d --scale db=2 --no-recreate
step $COMPOSE exec -T --index=2 db hostname
step $COMPOSE exec -T nosuch true
step $COMPOSE ps nosuch
step $COMPOSE port web 9
step $COMPOSE up -d nosuch
step $COMPOSE -f nosuch.yaml ps
step $COMPOSE up --nosuch
step $COMPOSE --profile failing up -d --wait failing
step $COMPOSE --profile failing down -v --remove-orphans --timeout 0
step $COMPOSE ps -aq
step $COMPOSE down -v
