#!/bin/sh
# Starts the new version beside the one that serves.
set -eu
. "$(dirname "$0")/profile.sh"

set -- "$home"/zip/*.jar
jar=$1
mkdir -p "$idle_home"
# Each instance has a copy of its own: the next deployment replaces the installed jar while this one still runs.
cp "$jar" "$idle_home/app.jar"
chmod 755 "$idle_home/app.jar"

cd "$idle_home"
# In a session of its own, without our output: it goes on when the deployment has ended.
setsid "$idle_home/app.jar" "--spring.profiles.active=$idle" "--server.port=$idle_port" \
  </dev/null >app.log 2>&1 &
echo $! >app.pid
echo "$(basename "$jar") is started as $idle on port $idle_port, process $!"
