#!/bin/sh
# Ends the server of the release before this one, if there is one.
set -eu
pid_file="@DESTINATION@/server.pid"
[ -f "$pid_file" ] || exit 0
kill "$(cat "$pid_file")" 2>/dev/null || true
rm -f "$pid_file"
