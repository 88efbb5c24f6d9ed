#!/bin/sh
# Counts this visit in the cache and shows the number. Busybox httpd serves it for `/`.
visits=$(redis-cli -h "$REDIS_HOST" incr visits 2>&1)
case $visits in
  *[!0-9]* | '') printf 'Status: 503 Service Unavailable\r\n' ;;
esac
printf 'Content-Type: text/html\r\n\r\n'
printf '<!doctype html>\n<title>Wherry quickstart</title>\n<h1>Hello from Wherry</h1>\n'
printf '<p>Visits counted in the cache: <strong>%s</strong></p>\n' "$visits"
