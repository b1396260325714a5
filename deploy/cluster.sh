#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a cluster of Muster nodes on this machine. Needs bash, coreutils and a JDK.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: cluster.sh COMMAND [N] [--dir DIR] [--nodes 3|5] [--base-port PORT] [--kept]

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
  --kept            for the first "up": a keeper runs the nodes, and puts back one that is killed or paused; it also
                    runs what other manifests stand in DIR/units. Needs /proc.
TEXT
}

say() { echo "cluster: $*" >&2; }
fail() { say "$@"; exit "${code:-1}"; }

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
muster=$here/muster
dir=$here/target/cluster nodes='' base_port='' kept='' patience=60

port() { echo $((base_port + 10 * ($1 - 1))); }
endpoint() { echo "127.0.0.1:$(port "$1")"; }
all() { local n; for ((n = 1; n <= nodes; n++)); do "$@" "$n"; done; }
joined() { local IFS=,; echo "$*"; }
endpoints() { mapfile -t list < <(all endpoint); joined "${list[@]}"; }
member() { echo "n$1=$(endpoint "$1")"; }
ask() { "$muster" "$1" --endpoints "$2" "${@:3}"; }
keeper() { MUSTER_KEEPER_DATA=$dir/keeper "$muster" keeper "$@"; }

# When the process started, in ticks since boot: tells it from a later one of the same number. Empty without /proc.
started_at() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  read -r -a fields <<<"${stat##*) }"
  if [[ ${fields[0]} == Z ]]; then echo ended; else echo "${fields[19]}"; fi
}

# Sets pid and since to the process of node N, if it is still the one that was noted.
running() {
  pid='' since=''
  [[ -r $dir/n$1/pid ]] && read -r pid since <"$dir/n$1/pid" || return 1
  lives
}
lives() { kill -0 "$pid" 2>/dev/null && [[ $(started_at "$pid") == "$since" ]]; }
ended() { ! lives; }

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

configure() {
  local home=$dir/n$1 list
  mkdir -p "$home"
  mapfile -t list < <(all member)
  printf 'node: n%d\ndata: "%s/data"\npreset: local\npeers: %s\n' "$1" "$home" "$(joined "${list[@]}")" >"$home/muster.yaml"
}

# Notes that process $2 is node N.
note() { echo "$2 $(started_at "$2")" >"$dir/n$1/pid"; }

# Becomes node N.
become() {
  # Several JVMs share one machine here: they had better start fast than run fast.
  MUSTER_JAVA_OPTS="-XX:TieredStopAtLevel=1 ${MUSTER_JAVA_OPTS:-}" \
    exec "$muster" server --config "$dir/n$1/muster.yaml" >>"$dir/n$1/log" 2>&1 </dev/null
}

start() {
  if running "$1"; then return; fi
  if [[ -n $kept ]]; then
    keeps || keep
    keeper start "n$1" >/dev/null
  else
    configure "$1"
    (trap '' HUP; become "$1") &
    note "$1" $!
  fi
}

# What the keeper is told of node N: to run this script, which becomes the node.
manifest() {
  printf 'kind: technical\nargv: ["%s", run, "%d", --dir, "%s"]\nready: {tcp: "%s"}\nmemory: {restarts: 0}\n' \
    "$here/cluster.sh" "$1" "$dir" "$(endpoint "$1")"
  environment
}

# As this script has it, for what a keeper starts has nothing of the keeper's.
environment() {
  local name list=()
  for name in JAVA_HOME MUSTER_HEAP MUSTER_JAVA_OPTS; do
    if [[ -n ${!name:-} ]]; then list+=("$name: \"${!name}\""); fi
  done
  if ((${#list[@]} > 0)); then printf 'environment: {%s}\n' "$(joined "${list[@]}")"; fi
}

keeps() { [[ -n $kept ]] && keeper ps >/dev/null 2>&1; }

# Has a keeper run that wants all of its units to run.
keep() {
  local unit wanted n
  if ! keeps; then
    all configure
    (umask 077; mkdir -p "$dir/units"; for ((n = 1; n <= nodes; n++)); do manifest "$n" >"$dir/units/n$n.yaml"; done)
    keeper run --daemon --manifests "$dir/units" --data "$dir/keeper" --endpoints "$(endpoints)"
  fi
  while read -r unit wanted; do
    if [[ $wanted == no ]]; then keeper start "$unit" >/dev/null; fi
  done < <(keeper ps --write-out simple | cut -f1,7)
}

# Ends the keeper and all that it keeps.
release() {
  local unit units
  mapfile -t units < <(keeper ps --write-out simple | cut -f1)
  for unit in "${units[@]}"; do keeper stop "$unit" >/dev/null; done
  patience=30 await "the keeper's units to stop" all_down || say "not all of its units have stopped"
  read -r pid <"$dir/keeper/keeper.pid"
  since=$(started_at "$pid")
  kill -TERM "$pid"
  await "the keeper to end" ended || kill -KILL "$pid"
  kept=''
}
all_down() { ! keeper ps --write-out simple | cut -f3 | grep -qv '^down$'; }

# Asks node N to stop, also when it is paused.
terminate() {
  if keeps; then keeper stop "n$1" >/dev/null; fi
  if running "$1"; then kill -TERM "$pid"; kill -CONT "$pid"; fi
}

stop() {
  terminate "$1"
  patience=15 await "node $1 to stop" gone "$1" || kill -KILL "$pid"
  await "node $1 to end" gone "$1" || fail "node $1 (process $pid) cannot be ended"
}

gone() { ! running "$1"; }
died() { tail -n 20 "$dir/n$1/log" >&2; fail "node $1 ended; its log is $dir/n$1/log"; }
# A keeper starts it again, but not for ever.
alive_or_fail() {
  if running "$1"; then return; fi
  if [[ -z $kept ]] || keeper ps --write-out simple | cut -f1,3 | grep -qx "n$1"$'\t'gave-up; then died "$1"; fi
}
healthy() { ask status "$1" >/dev/null 2>&1; }
serving() { alive_or_fail "$1"; healthy "$(endpoint "$1")"; }
all_serving() { all alive_or_fail; healthy "$(endpoints)"; }

up() {
  if [[ -n $kept ]]; then keep; else all start; fi
  await "$nodes nodes to serve" all_serving || fail "not all of $(endpoints) serve after $patience s; logs are in $dir"
  say "$nodes nodes serve at $(endpoints)"
}

down() {
  if keeps; then release; fi
  all terminate
  all stop
}

kill_node() { signal KILL "$1"; await "node $1 to end" ended; }
restart() { stop "$1"; start "$1"; await "node $1 to serve" serving "$1" || fail "node $1 does not serve after $patience s"; }
wipe() {
  if keeps; then keeper stop "n$1" >/dev/null; fi
  if running "$1"; then kill_node "$1"; fi
  rm -rf -- "${dir:?}/n$1/data"
}

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
    --kept) kept=kept ;;
    [1-9]) number=$1 ;;
    *) usage >&2; code=3 fail "$1: unknown argument" ;;
  esac
  shift
done

case $command in
  up | down | status | leader) [[ -z $number ]] || code=3 fail "$command takes no number" ;;
  kill | pause | resume | restart | wipe | logs | run) [[ -n $number ]] || code=3 fail "$command needs a node's number" ;;
  *) usage >&2; code=3 fail "${command:-no command}: unknown command" ;;
esac

# The first "up" decides the size and the ports of the cluster.
if [[ -r $dir/cluster ]]; then
  read -r was_nodes was_base_port was_kept <"$dir/cluster"
  [[ ${nodes:-$was_nodes} == "$was_nodes" && ${base_port:-$was_base_port} == "$was_base_port" &&
    ${kept:-$was_kept} == "$was_kept" ]] ||
    code=3 fail "$dir holds a cluster of $was_nodes nodes from port $was_base_port${was_kept:+, kept}; take another --dir"
  nodes=$was_nodes base_port=$was_base_port kept=$was_kept
elif [[ $command == up ]]; then
  nodes=${nodes:-3} base_port=${base_port:-7440}
  [[ $nodes == [35] && $base_port =~ ^[0-9]{4,5}$ ]] || code=3 fail "expected: --nodes 3 or 5, --base-port a number"
  mkdir -p "$dir"
  echo "$nodes $base_port${kept:+ $kept}" >"$dir/cluster"
fi

[[ -n $nodes ]] || fail "no cluster in $dir; start one with: cluster.sh up"
((${number:-1} <= nodes)) || code=3 fail "node $number: expected 1 to $nodes"

case $command in
  up) up ;;
  down) down ;;
  status) ask status "$(endpoints)" ;;
  leader) leader ;;
  kill) kill_node "$number" ;;
  pause) signal STOP "$number" ;;
  resume) signal CONT "$number" ;;
  restart) restart "$number" ;;
  wipe) wipe "$number" ;;
  logs) cat "$dir/n$number/log" ;;
  run) note "$number" $$; become "$number" ;; # what a keeper calls
esac
