#!/bin/sh
# Usage: guard.sh PID GRACE_SECONDS [COMMAND...]
# Ends process PID when standard input is closed, that is when whoever started both is gone or asks for it,
# and runs COMMAND when the process is no more.
pid=$1
grace_s=$2
shift 2

read -r _

kill -s TERM "$pid" 2>/dev/null
tenths=$((grace_s * 10))
while kill -s 0 "$pid" 2>/dev/null; do
  if [ "$tenths" -le 0 ]; then
    kill -s KILL "$pid" 2>/dev/null
    break
  fi
  tenths=$((tenths - 1))
  sleep 0.1
done

[ $# -eq 0 ] || exec "$@"
