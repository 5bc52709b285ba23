/** Where the shell of a job keeps what its phases share: each phase is a step with a shell of its own. */
const folder = '/tmp/.travis';

/**
 * What each step of a translated job begins with. Travis runs all phases in one shell: variables, functions and the
 * directory go on from phase to phase, and no line but by its own exit status ends anything.
 */
export const stepPrelude = `. ${folder}/job.sh`;

const functions = String.raw`set +e +o pipefail
[ -f ${folder}/state ] && . ${folder}/state 2>/dev/null
travis_keep() {
  local code=$?
  { declare -p | grep -v '^declare -[a-z]*r'; declare -f; declare -F | grep '^declare -fx'; printf 'cd %q\n' "$PWD"; } > ${folder}/state
  [ -n "$travis_lenient" ] && code=0
  exit "$code"
}
trap travis_keep EXIT
travis_lenient=
travis_show() { printf '\033[1m$ %s\033[0m\n' "$1"; }
# A line that must succeed: otherwise the job ends here.
travis_must() {
  travis_show "$1"
  eval "$1"
  local code=$?
  [ "$code" -eq 0 ] && return
  echo "The command \"$1\" exited with $code: the job ends here."
  exit "$code"
}
# A line of the script: the ones after it run, and the job fails in the end.
travis_test() {
  travis_show "$1"
  eval "$1"
  local code=$?
  echo "The command \"$1\" exited with $code."
  [ "$code" -eq 0 ] || travis_result=1
}
# A line whose exit status nobody asks for.
travis_try() {
  travis_show "$1"
  eval "$1"
  return 0
}
travis_skip() { echo "$1"; exit 0; }
travis_retry() {
  local try code=0
  for try in 1 2 3; do
    "$@" && return 0
    code=$?
    echo "The command \"$*\" failed, try $try of 3."
    sleep 1
  done
  return "$code"
}
travis_wait() {
  local minutes=20 passed=0 pid
  case $1 in '' | *[!0-9]*) ;; *) minutes=$1; shift ;; esac
  "$@" &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    passed=$((passed + 1))
    [ $((passed % 60)) -eq 0 ] || continue
    echo "Still running ($((passed / 60)) of $minutes min): $*"
    [ $((passed / 60)) -lt "$minutes" ] || kill "$pid"
  done
  wait "$pid"
}
travis_terminate() { exit "$1"; }
travis_fold() { :; }
travis_nanoseconds() { date -u '+%s%N'; }
travis_time_start() { :; }
travis_time_finish() { :; }
if ! type -P sudo >/dev/null; then
  # In the container a job is root already, where its runner is.
  sudo() {
    while :; do
      case $1 in -u | -g) shift 2 ;; --) shift; break ;; -*) shift ;; *) break ;; esac
    done
    env "$@"
  }
  export -f sudo
fi
true`;

/** The well-known variables of Travis, from those of hookline. */
const variables = `export CI=true TRAVIS=true CONTINUOUS_INTEGRATION=true HAS_JOSH_K_SEAL_OF_APPROVAL=true
export DEBIAN_FRONTEND=noninteractive TRAVIS_OS_NAME=linux TRAVIS_BUILD_DIR="$PWD"
export TRAVIS_COMMIT="$HOOKLINE_SHA" TRAVIS_REPO_SLUG="$HOOKLINE_REPOSITORY" TRAVIS_TAG="$HOOKLINE_TAG"
export TRAVIS_BRANCH="$HOOKLINE_BASE_BRANCH" TRAVIS_PULL_REQUEST="$HOOKLINE_PULL_REQUEST"
[ -n "$TRAVIS_BRANCH" ] || TRAVIS_BRANCH="$HOOKLINE_BRANCH"
[ -n "$TRAVIS_BRANCH" ] || TRAVIS_BRANCH="$HOOKLINE_TAG"
[ -n "$TRAVIS_PULL_REQUEST" ] || TRAVIS_PULL_REQUEST=false
export TRAVIS_BUILD_ID="$HOOKLINE_RUN_ID" TRAVIS_BUILD_NUMBER="$HOOKLINE_RUN_NUMBER"
export TRAVIS_JOB_ID="$HOOKLINE_JOB_ID" TRAVIS_JOB_NAME="$HOOKLINE_JOB"
export TRAVIS_SUDO=true TRAVIS_HOME="$HOME" TRAVIS_CPU_ARCH=amd64 TRAVIS_DEBUG_MODE=
TRAVIS_DIST="$(. /etc/os-release 2>/dev/null; echo "$VERSION_CODENAME")"
export TRAVIS_DIST TRAVIS_COMMIT_RANGE="$HOOKLINE_BEFORE\${HOOKLINE_BEFORE:+...$HOOKLINE_SHA}"
export TRAVIS_PULL_REQUEST_BRANCH="$HOOKLINE_HEAD_BRANCH" TRAVIS_PULL_REQUEST_SLUG="$HOOKLINE_HEAD_REPOSITORY"
export TRAVIS_PULL_REQUEST_SHA= RAILS_ENV="\${RAILS_ENV:-test}" RACK_ENV="\${RACK_ENV:-test}" MERB_ENV="\${MERB_ENV:-test}"
export LANG="\${LANG:-C.UTF-8}" USER="\${USER:-$(id -un 2>/dev/null)}"
if [ "$TRAVIS_PULL_REQUEST" != false ]; then
  TRAVIS_PULL_REQUEST_SHA="$HOOKLINE_SHA"
  TRAVIS_COMMIT="\${HOOKLINE_MERGE_SHA:-$HOOKLINE_SHA}"
fi
case $HOOKLINE_EVENT in
  pull_request) TRAVIS_EVENT_TYPE=pull_request ;;
  schedule) TRAVIS_EVENT_TYPE=cron ;;
  *) TRAVIS_EVENT_TYPE=push ;;
esac
export TRAVIS_EVENT_TYPE
command -v git >/dev/null && TRAVIS_COMMIT_MESSAGE="$(git log -1 --format=%B 2>/dev/null)"
export TRAVIS_COMMIT_MESSAGE TRAVIS_SECURE_ENV_VARS=true
[ "$HOOKLINE_FORK" != true ] || TRAVIS_SECURE_ENV_VARS=false`;

/** The script of the first step: the functions, the variables, and whatever else a job begins with. */
export function setUp(lines: readonly string[]): string {
  return [
    `umask 077; mkdir -p ${folder}; umask 022`,
    `cat > ${folder}/job.sh <<'TRAVIS_END'`,
    functions,
    'TRAVIS_END',
    stepPrelude,
    variables,
    ...lines,
    'true',
  ].join('\n');
}
