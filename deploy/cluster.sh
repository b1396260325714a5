#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a cluster of Muster nodes on this machine. Needs bash, coreutils and a JDK.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: cluster.sh COMMAND [N] [--dir DIR] [--nodes 3|5] [--base-port PORT]

  up         starts the nodes that do not run, waits until all serve
  down       stops all nodes; what they hold stays
  status     shows how each node stands
  leader     prints the number of the node that leads
  kill N     ends node N at once (SIGKILL)
  pause N    stops node N in its tracks (SIGSTOP); resume N lets it go on
  restart N  starts node N, after stopping it if it runs, waits until it serves
  wipe N     ends node N at once and empties its disk
  logs N     prints the log of node N

  --dir DIR         where the cluster lives (deploy/target/cluster)
  --nodes 3|5       how many nodes, for the first "up" (3)
  --base-port PORT  client port of node 1, for the first "up" (7440); the others follow in steps of 10
TEXT
}

say() { echo "cluster: $*" >&2; }
fail() { say "$@"; exit "${code:-1}"; }

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
muster=$here/muster
dir=$here/target/cluster nodes='' base_port='' patience=60

port() { echo $((base_port + 10 * ($1 - 1))); }
endpoint() { echo "127.0.0.1:$(port "$1")"; }
all() { local n; for ((n = 1; n <= nodes; n++)); do "$@" "$n"; done; }
joined() { local IFS=,; echo "$*"; }
endpoints() { mapfile -t list < <(all endpoint); joined "${list[@]}"; }
member() { echo "n$1=$(endpoint "$1")"; }
ask() { "$muster" "$1" --endpoints "$2" "${@:3}"; }

# When the process started, in ticks since boot: tells it from a later one of the same number. Empty without /proc.
started_at() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  read -r -a fields <<<"${stat##*) }"
  if [[ ${fields[0]} == Z ]]; then echo ended; else echo "${fields[19]}"; fi
}

# Sets pid to the process of node N, if it is still the one that we started.
running() {
  local start=''
  pid=''
  [[ -r $dir/n$1/pid ]] && read -r pid start <"$dir/n$1/pid" || return 1
  kill -0 "$pid" 2>/dev/null && [[ $(started_at "$pid") == "$start" ]]
}

signal() { running "$2" || fail "node $2 does not run"; kill "-$1" "$pid"; }

# Waits until the command succeeds; tells what for, every five seconds.
await() {
  local what=$1 told=$SECONDS end=$((SECONDS + patience))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    if ((SECONDS >= told + 5)); then say "waiting for $what"; told=$SECONDS; fi
    sleep 0.2
  done
}

start() {
  local home=$dir/n$1 list
  running "$1" && return
  mkdir -p "$home"
  mapfile -t list < <(all member)
  printf 'node: n%d\ndata: "%s/data"\npreset: local\npeers: %s\n' "$1" "$home" "$(joined "${list[@]}")" >"$home/muster.yaml"
  # Several JVMs share one machine here: they had better start fast than run fast.
  MUSTER_JAVA_OPTS="-XX:TieredStopAtLevel=1 ${MUSTER_JAVA_OPTS:-}" \
    nohup "$muster" server --config "$home/muster.yaml" >>"$home/log" 2>&1 </dev/null &
  echo "$! $(started_at $!)" >"$home/pid"
}

# Asks node N to stop, also when it is paused.
terminate() { if running "$1"; then kill -TERM "$pid"; kill -CONT "$pid"; fi; }

stop() {
  terminate "$1"
  patience=15 await "node $1 to stop" gone "$1" || kill -KILL "$pid"
  await "node $1 to end" gone "$1" || fail "node $1 (process $pid) cannot be ended"
}

gone() { ! running "$1"; }
died() { tail -n 20 "$dir/n$1/log" >&2; fail "node $1 ended; its log is $dir/n$1/log"; }
alive_or_fail() { running "$1" || died "$1"; }
healthy() { ask status "$1" >/dev/null 2>&1; }
serving() { alive_or_fail "$1"; healthy "$(endpoint "$1")"; }
all_serving() { all alive_or_fail; healthy "$(endpoints)"; }

up() {
  all start
  await "$nodes nodes to serve" all_serving || fail "not all of $(endpoints) serve after $patience s; logs are in $dir"
  say "$nodes nodes serve at $(endpoints)"
}

kill_node() { signal KILL "$1"; await "node $1 to end" gone "$1"; }
restart() { stop "$1"; start "$1"; await "node $1 to serve" serving "$1" || fail "node $1 does not serve after $patience s"; }
wipe() { if running "$1"; then kill_node "$1"; fi; rm -rf -- "${dir:?}/n$1/data"; }

# The leader of the highest term: an older one may not know yet that it was replaced.
leader() {
  local node role term found='' highest=-1
  while IFS=$'\t' read -r node _ role term _; do
    if [[ $role == leader ]] && ((term > highest)); then found=${node#n} highest=$term; fi
  done < <(ask status "$(endpoints)" --write-out simple 2>/dev/null)
  [[ -n $found ]] || code=5 fail "no node leads"
  echo "$found"
}

command=${1:-} number=''
[[ $command == --help || $command == -h ]] && { usage; exit; }
shift || true
while (($# > 0)); do
  case $1 in
    --dir) dir=$(readlink -m -- "${2:?}"); shift ;;
    --nodes) nodes=${2:?}; shift ;;
    --base-port) base_port=${2:?}; shift ;;
    [1-9]) number=$1 ;;
    *) usage >&2; code=3 fail "$1: unknown argument" ;;
  esac
  shift
done

case $command in
  up | down | status | leader) [[ -z $number ]] || code=3 fail "$command takes no number" ;;
  kill | pause | resume | restart | wipe | logs) [[ -n $number ]] || code=3 fail "$command needs a node's number" ;;
  *) usage >&2; code=3 fail "${command:-no command}: unknown command" ;;
esac

# The first "up" decides the size and the ports of the cluster.
if [[ -r $dir/cluster ]]; then
  read -r was_nodes was_base_port <"$dir/cluster"
  [[ ${nodes:-$was_nodes} == "$was_nodes" && ${base_port:-$was_base_port} == "$was_base_port" ]] ||
    code=3 fail "$dir holds a cluster of $was_nodes nodes from port $was_base_port; take another --dir"
  nodes=$was_nodes base_port=$was_base_port
elif [[ $command == up ]]; then
  nodes=${nodes:-3} base_port=${base_port:-7440}
  [[ $nodes == [35] && $base_port =~ ^[0-9]{4,5}$ ]] || code=3 fail "expected: --nodes 3 or 5, --base-port a number"
  mkdir -p "$dir"
  echo "$nodes $base_port" >"$dir/cluster"
fi

[[ -n $nodes ]] || fail "no cluster in $dir; start one with: cluster.sh up"
((${number:-1} <= nodes)) || code=3 fail "node $number: expected 1 to $nodes"

case $command in
  up) up ;;
  down) all terminate; all stop ;;
  status) ask status "$(endpoints)" ;;
  leader) leader ;;
  kill) kill_node "$number" ;;
  pause) signal STOP "$number" ;;
  resume) signal CONT "$number" ;;
  restart) restart "$number" ;;
  wipe) wipe "$number" ;;
  logs) cat "$dir/n$number/log" ;;
esac
