#!/bin/sh
# Makes a machine ready for `npm test` and `npm run demo`: npm packages, and the programs named as arguments.
#
#   sh test/setup/setup.sh node git redis docker chromium postgres s3 unzip
#
# Says one line per thing it does and nothing when all is there. It has to run before Node 24 or
# node_modules exist, hence POSIX sh. Exit status 1 means that a person has to do something; the text says what.
set -eu

setup_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$setup_dir/../.." && pwd)
cd "$root"

# Debian keeps dockerd and iptables in directories that an ordinary user's PATH leaves out.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

scratch=''
scratch_dir() {
  [ -n "$scratch" ] || scratch=$(mktemp -d "${TMPDIR:-/tmp}/hookline-setup.XXXXXX")
}
# The parts replace this function when they have something of their own to undo.
undo() { :; }
trap 'undo; [ -z "$scratch" ] || rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

. "$setup_dir/npm-packages.sh"
. "$setup_dir/system-packages.sh"

wants_node=false
for part in "$@"; do
  case $part in
    node) wants_node=true ;;
    *) want_program "$part" ;;
  esac
done

install_missing_programs
if $wants_node; then ensure_npm_packages; fi
