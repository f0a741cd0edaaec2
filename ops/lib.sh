# lib.sh - what the ops scripts share: where things lie, what they say, and how a service is run.
# shellcheck shell=bash
# Sourced, never run. Settings and defaults are listed in ops/README.md.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
var=$(realpath -m "${LOKETHUB_VAR:-$root/var}")
# shellcheck disable=SC2034 # read by the scripts that source this
cache=$(realpath -m "${LOKETHUB_CACHE:-$root/var/cache}")
# shellcheck disable=SC2034
kafka_port=${LOKETHUB_KAFKA_PORT:-9092}
# shellcheck disable=SC2034
registry_port=${LOKETHUB_REGISTRY_PORT:-8081}

say() {
  printf '%s\n' "$*"
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# die_with_log FILE TEXT: the end of the log first, so that the reason stands last on the screen;
# without the frames of Java's stack traces, which push the cause out of sight.
die_with_log() {
  [ ! -s "$1" ] || grep -vE '^[[:space:]]+(at |\.\.\. [0-9]+ )' "$1" | tail -n 20 | cut -c 1-300 >&2
  die "$2; the whole log: $1"
}

# take_lock FILE SECONDS: one at a time; held until the script ends.
take_lock() {
  mkdir -p "${1%/*}"
  exec 9>"$1"
  flock -w "$2" 9 || die "another run holds $1 for more than $2 s"
}

# check_services NAMES: refuses what is not a service.
check_services() {
  local service
  for service; do
    case $service in
    kafka | registry) ;;
    *) die "unknown service '$service': it is kafka or registry" ;;
    esac
  done
}

# The pid of a running service, or failure. The service holds a lock on its pid file for as long as
# it lives: a pid may belong to another process by now, and a command line is empty during an exec.
service_pid() {
  local held=0
  [ -f "$var/$1/pid" ] || return 1
  flock --nonblock --shared --conflict-exit-code 99 "$var/$1/pid" true || held=$?
  [ "$held" = 99 ] || return 1
  cat "$var/$1/pid"
}

# Killed, and still giving back what it had: its memory first, then its lock and ports. Its command
# line is empty by then, as during an exec; but there it has memory. What is the kernel's own never has any.
is_ending() {
  local status
  status=$(cat "/proc/$1/status" 2>/dev/null) || return 1
  [[ $status != *$'\nVmSize:'* && $status != *$'\nPPid:\t'[02]$'\n'* ]]
}

# It has nothing any more, in none of its threads; its parent may not have heard of it yet.
is_gone() {
  local stat tasks
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  tasks=("/proc/$1/task"/*)
  [[ ${stat##*) } == [ZX]* ]] && [ "${#tasks[@]}" -le 1 ]
}

java_program() {
  local java
  for java in /usr/lib/jvm/java-17-openjdk-*/bin/java; do
    [ ! -x "$java" ] || { printf '%s\n' "$java"; return; }
  done
  command -v java || die "no Java 17: run ops/setup"
}

# start_service NAME JAVA-ARGUMENTS: in the background, in its own session, log in NAME/log.
start_service() {
  local service=$1 java
  shift
  java=$(java_program)
  [ ! -f "$var/$service/log" ] || mv "$var/$service/log" "$var/$service/log.1"
  exec 8>"$var/$service/pid"
  flock 8
  (
    cd "$var/$service"
    exec setsid "$java" "$@" </dev/null >log 2>&1 9>&-
  ) &
  printf '%s\n' "$!" >&8
  exec 8>&-
}

# stop_service NAME: asks, waits, and only then kills; returns when the process is gone.
stop_service() {
  local pid
  pid=$(service_pid "$1") || return 0
  kill -TERM "$pid" 2>/dev/null || true
  wait_gone "$pid" 30 && return 0
  say "$1: still there after 30 s, killing it"
  kill -KILL "$pid" 2>/dev/null || true
  wait_gone "$pid" 10 || die "$1: process $pid cannot be killed"
}

# wait_gone PID SECONDS
wait_gone() {
  local end=$((SECONDS + $2))
  until is_gone "$1"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

port_open() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
