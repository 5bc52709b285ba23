#!/bin/sh
# What the other scripts share: where things are on this host, and which of the two instances serves.
# They source it; run by hand it says what it found.

home=/srv/spring-boot-travis

# A host where something else holds says so there, in the same words: PORT_1=9081
[ ! -f "$home/host.conf" ] || . "$home/host.conf"
PORT_1=${PORT_1:-8081}
PORT_2=${PORT_2:-8082}
# Holds one line, which nginx includes: set $service_url http://127.0.0.1:8081;
SWITCH_FILE=${SWITCH_FILE:-/etc/nginx/conf.d/service-url.inc}
NGINX_RELOAD=${NGINX_RELOAD:-sudo nginx -s reload}
PROXY_URL=${PROXY_URL:-http://127.0.0.1}
HEALTH_TRIES=${HEALTH_TRIES:-10}
HEALTH_WAIT_S=${HEALTH_WAIT_S:-3}

# nginx knows best who serves: it is whom the line points to. On a new host nobody does.
serving_port=$(sed -n 's|.*http://127\.0\.0\.1:\([0-9]*\);.*|\1|p' "$SWITCH_FILE" 2>/dev/null || true)
if [ "$serving_port" = "$PORT_1" ]; then
  serving=real1 idle=real2 idle_port=$PORT_2
elif [ "$serving_port" = "$PORT_2" ]; then
  serving=real2 idle=real1 idle_port=$PORT_1
else
  serving=nobody idle=real1 idle_port=$PORT_1
fi
idle_home=$home/run/$idle

if [ "$(basename "$0")" = profile.sh ]; then
  echo "$serving serves; $idle on port $idle_port is free for the next version"
fi
