#!/bin/sh
set -eu
echo "installed: $(cat "@DESTINATION@/build.json")"
