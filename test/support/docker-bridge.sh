#!/bin/sh
# Usage: docker-bridge.sh add NAME
#        docker-bridge.sh remove NAME EXEC_ROOT
# The network bridge of a private Docker engine. dockerd chooses a free subnet for it, and leaves the
# firewall rules that name it behind when it stops.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

case $1 in
  add)
    ip link add name "$2" type bridge
    ip link set "$2" up
    ;;
  remove)
    ip link delete "$2" 2>/dev/null || true
    # A container or a build on the host's network leaves its namespace mounted: the directory could not be removed.
    for namespace in "$3"/netns/*; do
      [ ! -e "$namespace" ] || umount "$namespace" 2>/dev/null || true
    done
    for table in filter nat; do
      iptables -t "$table" -S | sed -n "/ $2\( \|$\)/s/^-A/-D/p" | while read -r rule; do
        # shellcheck disable=SC2086 -- a rule is a list of words.
        iptables -t "$table" $rule || true
      done
    done
    ;;
esac
