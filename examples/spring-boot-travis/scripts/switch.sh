#!/bin/sh
# Points nginx to the new version: new requests go there at once, those under way end where they are.
set -eu
. "$(dirname "$0")/profile.sh"

point_to() {
  # In one piece: nginx never reads half a line.
  printf 'set $service_url http://127.0.0.1:%s;\n' "$1" >"$SWITCH_FILE.new"
  mv "$SWITCH_FILE.new" "$SWITCH_FILE"
  $NGINX_RELOAD
}

give_up() {
  echo "$1: back to $serving"
  [ -z "$serving_port" ] || point_to "$serving_port"
  exit 1
}

point_to "$idle_port" || give_up 'nginx did not take the change'
tenths=100
while [ "$(curl -s --max-time 5 "$PROXY_URL/profile" || true)" != "$idle" ]; do
  [ "$tenths" -gt 0 ] || give_up "$PROXY_URL is not answered by $idle"
  tenths=$((tenths - 1))
  sleep 0.1
done
echo "$PROXY_URL is answered by $idle now, no more by $serving"
