#!/bin/sh
# Starts the server in a session of its own, so that it outlives the deployment.
set -eu
port="@PORT@"
if [ -z "$port" ]; then
  echo 'nothing to start: no port was chosen'
  exit 0
fi
cd "@DESTINATION@"
setsid "@NODE@" server.js "$port" </dev/null >server.log 2>&1 &
echo $! >server.pid
echo "started on port $port"
