# Part of setup.sh: node_modules as package-lock.json wants it, with the Node that the lock file pins.

node_major=24
stamp=node_modules/.hookline-lock-checksum

lock_checksum() { cksum <package-lock.json; }

# Anything below 24 cannot run TypeScript as it is. The lock file pins Node for Linux on x64 and arm64;
# elsewhere the Node on PATH has to be new enough.
runs_node_24() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$node_major" ] 2>/dev/null
}

lock_is_installed() {
  [ -f node_modules/.package-lock.json ] && "$1" "$setup_dir/lock-is-installed.js" 2>/dev/null
}

ensure_npm_packages() {
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(lock_checksum)" ] && has_node_24; then
    return 0
  fi
  have npm || die 'not found: npm. Install Node.js with npm (any version from 18 on; Node 24 itself then comes' \
    'with the npm packages on Linux) and run the command again.'
  if ! lock_is_installed node_modules/.bin/node && ! lock_is_installed node; then
    install_npm_packages
  fi
  link_node
  require_node_24
  keep_compiled
  lock_checksum >"$stamp"
}

install_npm_packages() {
  scratch_dir
  say 'installing the npm packages'
  npm_install
  link_node
  # npm silently leaves out optional packages whose "engines" refuse the Node that npm itself runs under;
  # under Node 18 these are native parts of the test runner. The first round brought Node 24, so a second one
  # under it completes the tree. Node is copied aside because npm ci begins by removing node_modules.
  if [ -x node_modules/.bin/node ] && ! lock_is_installed node_modules/.bin/node; then
    say "installing the npm packages again, under Node $node_major, for what Node $(node --version) left out"
    mkdir "$scratch/bin"
    cp -L node_modules/.bin/node "$scratch/bin/node"
    (
      PATH="$scratch/bin:$PATH"
      npm_install
    )
  fi
}

# npm ci refuses a lock file that was written against a registry which lacks other platforms' optional
# packages (EUSAGE, "Missing: ... from lock file"). npm install takes the same versions and hashes from it.
npm_install() {
  npm_quietly ci && return
  grep -q EUSAGE "$scratch/npm.log" && npm_quietly install --no-save && return
  tail -n 30 "$scratch/npm.log" >&2
  die 'npm could not install the packages; what it said is above'
}

npm_quietly() {
  npm "$@" --ignore-scripts --no-audit --no-fund --loglevel=error >"$scratch/npm.log" 2>&1
}

# The Node packages of the other architectures have a program of the same name, and npm 9 drops the link
# together with the package that it leaves out.
link_node() {
  [ ! -x node_modules/.bin/node ] || return 0
  for program in node_modules/node-linux-*/bin/node; do
    if [ -x "$program" ]; then ln -sf "../${program#node_modules/}" node_modules/.bin/node; fi
  done
}

# The help names every command, and so loads the whole program: from the first start on Node finds it compiled,
# which is quicker and takes a third less memory. Without it all works as well.
keep_compiled() {
  PATH="$root/node_modules/.bin:$PATH" node --max-semi-space-size=4 --max-old-space-size=1024 src/cli/hookline.js help >/dev/null 2>&1 || :
}

has_node_24() {
  if [ -e node_modules/.bin/node ]; then runs_node_24 node_modules/.bin/node; else runs_node_24 node; fi
}

require_node_24() {
  has_node_24 && return
  if [ -e node_modules/.bin/node ]; then
    die "node_modules/.bin/node does not run as Node $node_major on this machine ($(uname -sm));" \
      'the packaged program wants glibc. Install Node 24 or newer from https://nodejs.org and remove that file.'
  fi
  die "Node $node_major or newer is needed, and PATH has $(node --version 2>/dev/null || echo none)." \
    "The npm packages bring Node for Linux on x64 and arm64; this is $(uname -sm): install it from https://nodejs.org."
}
