#!/bin/sh
# Ends the instance that does not serve, so that the next version can take its place.
set -eu
. "$(dirname "$0")/profile.sh"

pid=$(cat "$idle_home/app.pid" 2>/dev/null || true)
is_it() {
  # A number of a process that is long gone may be somebody else's by now.
  [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$idle_home/app.jar"
}

if ! is_it; then
  echo "$idle does not run: nothing to stop"
  exit 0
fi
kill -TERM "$pid" 2>/dev/null || true
tenths=150
while is_it; do
  [ "$tenths" -gt 0 ] || kill -KILL "$pid" 2>/dev/null || true
  tenths=$((tenths - 1))
  sleep 0.1
done
rm -f "$idle_home/app.pid"
echo "$idle (process $pid) was stopped"
