# Part of setup.sh: the programs that come from the operating system.

missing_packages=''
missing_names=''
missing() {
  missing_packages="$missing_packages $2"
  missing_names="${missing_names:+$missing_names, }$1"
}

# An engine that is already there (a service, Docker Desktop, rootless) is used as it is, and nothing is
# installed for it. test/support/docker-engine.ts looks at the same places.
have_docker_engine() {
  [ -n "${DOCKER_HOST:-}" ] ||
    [ -S /var/run/docker.sock ] ||
    [ -S "${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock" ] ||
    [ -S "${HOME:-/nonexistent}/.docker/run/docker.sock" ]
}

have_postgres() {
  have postgres || [ -n "$(find /usr/lib/postgresql -path '*/bin/postgres' 2>/dev/null)" ]
}

# The library is all that is needed: the chaos suite sets the clocks of single processes by it.
have_faketime() {
  [ -n "$(find /usr/lib /usr/lib64 -maxdepth 3 -name libfaketimeMT.so.1 2>/dev/null)" ]
}

want_program() {
  case $1 in
    git) have git || missing git git ;;
    redis) have redis-server || have valkey-server || missing redis-server redis-server ;;
    docker)
      if ! have_docker_engine; then
        have dockerd || missing 'a Docker engine (dockerd)' docker.io
        have iptables || missing iptables iptables
        have ip || missing ip iproute2
        # Makes the jobs' image where no registry can be reached.
        have mmdebstrap || missing mmdebstrap mmdebstrap
      fi
      ;;
    chromium) have chromium || have chromium-browser || have google-chrome || missing chromium chromium ;;
    postgres) have_postgres || missing 'the PostgreSQL server' postgresql ;;
    s3)
      # OpenStack Swift with its S3 API, which the tests start for themselves.
      for server in proxy account container object; do
        have "swift-$server-server" || missing "swift-$server-server" "swift-$server"
      done
      have memcached || missing memcached memcached
      ;;
    nginx) have nginx || missing nginx nginx-light ;;
    curl) have curl || missing curl curl ;;
    faketime) have_faketime || missing faketime faketime ;;
    unzip) have unzip || missing unzip unzip ;;
    compose)
      have docker-compose || docker compose version >/dev/null 2>&1 || missing docker-compose docker-compose
      # Makes the image of hookline where no registry can be reached; the other services run this machine's programs.
      have mmdebstrap || missing mmdebstrap mmdebstrap
      have haproxy || missing haproxy haproxy
      have redis-server || missing redis-server redis-server
      have curl || missing curl curl
      have wget || missing wget wget
      ;;
    *) die "unknown part '$1'; known are node, git, redis, docker, compose, chromium, postgres, s3, faketime, nginx, curl, unzip" ;;
  esac
}

# Prints the command that makes a program run as root, or fails when there is no way without a person.
as_root_command() {
  if [ "$(id -u)" = 0 ]; then
    printf 'env'
  elif have sudo && sudo -n true 2>/dev/null; then
    printf 'sudo -n env'
  elif have sudo && [ -t 0 ]; then
    printf 'sudo env'
  else
    return 1
  fi
}

# Debian starts what it installs. The tests start private servers of their own, so a policy that says
# "do not start" stands for the length of the installation, unless the machine has a policy already.
policy=/usr/sbin/policy-rc.d
forbid_service_starts() {
  [ -e "$policy" ] && return
  $as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
  undo() { $as_root rm -f "$policy"; }
}

apt() {
  # shellcheck disable=SC2086 -- $as_root is a command with its arguments.
  $as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >>"$scratch/apt.log" 2>&1
}

install_missing_programs() {
  [ -n "$missing_packages" ] || return 0
  if ! have apt-get; then
    die "not found: $missing_names. Install them with this system's package manager and run the command again" \
      "(for Docker any running engine will do: Docker Desktop, Colima, Podman with DOCKER_HOST set)."
  fi
  if ! as_root=$(as_root_command); then
    die "not found: $missing_names. This needs root; run once:" \
      "sudo apt-get update && sudo apt-get install --no-install-recommends$missing_packages"
  fi
  scratch_dir
  say "installing$missing_packages (apt-get)"
  forbid_service_starts
  # A broken third-party source makes the update fail while Debian's own lists are fine: the install decides.
  apt update || say 'apt-get update reported errors; trying to install all the same'
  # shellcheck disable=SC2086 -- a list of words.
  if ! apt install -y --no-install-recommends $missing_packages; then
    tail -n 20 "$scratch/apt.log" >&2
    die "apt-get could not install$missing_packages; what it said is above"
  fi
  undo
  undo() { :; }
  forbid_starts_at_boot
}

# The tests start these servers for themselves; that they are installed must not mean that they run from the next
# boot on. (Docker's own service may: it is an engine as good as a private one, and people want it.)
forbid_starts_at_boot() {
  [ -d /run/systemd/system ] || return 0
  for package in $missing_packages; do
    case $package in
      redis-server | memcached | haproxy | swift-* | postgresql* | nginx*)
        units=$(dpkg -L "$package" | sed -n 's|.*/systemd/system/\([^/@]*\.service\)$|\1|p')
        # shellcheck disable=SC2086 -- both are lists of words.
        [ -z "$units" ] || $as_root systemctl --quiet disable $units >>"$scratch/apt.log" 2>&1 || :
        ;;
    esac
  done
}
