#!/bin/sh
# Waits until the new version is well. Ended with an error, the deployment ends too, and the old version goes on serving.
set -eu
. "$(dirname "$0")/profile.sh"

url=http://127.0.0.1:$idle_port/actuator/health
try=1
while [ "$try" -le "$HEALTH_TRIES" ]; do
  answer=$(curl -sS --max-time 5 "$url" 2>&1 || true)
  case $answer in
    *'"UP"'*)
      echo "$idle is up after $try of $HEALTH_TRIES looks"
      exit 0
      ;;
  esac
  echo "look $try of $HEALTH_TRIES: $answer"
  try=$((try + 1))
  sleep "$HEALTH_WAIT_S"
done

echo "$idle is not up; the end of its log:"
tail -n 20 "$idle_home/app.log" 2>/dev/null || true
"$(dirname "$0")/stop.sh"
echo "$serving goes on serving"
exit 1
