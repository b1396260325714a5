#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to a running cluster whose leader was killed and that lost nothing, and a service that fell and was
# put back. Takes about a minute once built.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: quickstart.sh [--stop] [--dir DIR] [--base-port PORT]

  --stop            stops the cluster at the end; without it, it goes on running
  --dir DIR         where the cluster lives (deploy/target/cluster)
  --base-port PORT  client port of the first of three nodes (7440)
TEXT
}

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
dir=$here/target/cluster base_port=7440 stop='' running='' kept=''
while (($# > 0)); do
  case $1 in
    --stop) stop=yes ;;
    --dir) dir=$(readlink -m -- "${2:?}"); shift ;;
    --base-port) base_port=${2:?}; shift ;;
    --help | -h) usage; exit ;;
    *) usage >&2; exit 3 ;;
  esac
  shift
done

step() { printf '\n%s\n' "$*" >&2; }
# The nodes must not inherit the ends of the tour's pipes.
cluster() { "$here/cluster.sh" "$@" --dir "$dir" 3<&- 4>&-; }
tour() { "$here/muster" tour "$1" --endpoints "$endpoints" --dir "$dir/tour" "${@:2}"; }

# A service for the keeper to keep, which can be told to fall.
demo() {
  local java_home=${JAVA_HOME:+"JAVA_HOME: \"$JAVA_HOME\", "}
  cat <<TEXT
argv: ["$here/muster", demo, "--port=\${port.http}"]
environment: {${java_home}JDK_JAVA_OPTIONS: -Xmx32m}
register: {service: demo, endpoints: {http: {host: 127.0.0.1, port: auto}}}
ready: {http: "http://127.0.0.1:\${port.http}/"}
alive: {http: "http://127.0.0.1:\${port.http}/"}
memory: {restarts: 20}
TEXT
}

# Runs the tour beside this script: its words come in at 3, orders go out at 4.
begin_tour() {
  mkdir -p "$dir/tour"
  rm -f "$dir/tour/words" "$dir/tour/orders"
  mkfifo "$dir/tour/words" "$dir/tour/orders"
  tour run <"$dir/tour/orders" >"$dir/tour/words" &
  running=$!
  exec 4>"$dir/tour/orders" 3<"$dir/tour/words"
}

await_word() {
  local word=''
  IFS= read -r -t 60 -u 3 word || true
  if [[ $word != "$1" ]]; then
    step "The tour broke off."
    exit 1
  fi
}

# The end of its orders: the tour takes back what it registered.
end_tour() {
  exec 4>&-
  wait "$running"
  running=''
}

finish() {
  if [[ -n $running ]]; then kill "$running" 2>/dev/null || true; fi
  if [[ -n $stop ]]; then cluster down; fi
}

compgen -G "$here/target/muster-*/bin/muster" >/dev/null || {
  step "Building (only the first time, a few minutes with an empty Maven cache)"
  (cd -- "$(dirname -- "$here")" && ./mvnw -Dquick -DskipTests package) >&2
}

if ! compgen -G "$here/target/muster-*/cds/server-*" >/dev/null; then
  step "Preparing a faster start (once)"
  "$here/muster" archive >/dev/null || true
fi

endpoints=127.0.0.1:$base_port,127.0.0.1:$((base_port + 10)),127.0.0.1:$((base_port + 20))
trap finish EXIT

# A keeper looks at processes by /proc, and is spoken to by a socket in its folder, whose path has a bound.
if [[ -r /proc/self/stat ]] && ((${#dir} <= 80)); then
  kept=--kept
  step "A keeper starts, and with it three nodes and a service"
  (umask 077; mkdir -p "$dir/units"; demo >"$dir/units/demo.yaml")
  # It begins small again: its heap grows with each tour.
  [[ -e $dir/keeper/keeper.pid ]] || rm -f "$dir"/keeper/units/demo*
else
  step "Three nodes start (and no keeper: it needs /proc, and a --dir of up to 80 characters)"
fi
cluster up --nodes 3 --base-port "$base_port" ${kept:+"$kept"}

step "A service registers itself and is found through another node"
begin_tour
await_word writing

step "Registrations are written, 500 in a second, while the leader is killed"
sleep 1
leader=$(cluster leader)
killed_at=$(date +%s%3N)
cluster kill "$leader"
echo "  node $leader led, and got SIGKILL" >&2
sleep 3
echo enough >&4
await_word written

step "The killed node comes back${kept:+, by its keeper}"
cluster up

step "Every acknowledged registration is read back from every node"
tour verify --killed-at "$killed_at"

end_tour

if [[ -n $kept ]]; then
  step "The service is killed, and then runs out of memory"
  tour fall
fi

if [[ -n $stop ]]; then
  step "Done; the cluster stops."
  exit
fi
step "Done; the cluster goes on running. Try next:"
cat >&2 <<TEXT
  export MUSTER_ENDPOINTS=$endpoints MUSTER_KEEPER_DATA=$dir/keeper
  alias muster=$here/muster cluster='$here/cluster.sh --dir $dir'
  muster status
  muster services register orders/orders-1 --endpoint grpc://10.0.0.5:8080
  muster services get orders
  cluster kill \$(cluster leader)
${kept:+  muster keeper ps          # kill -9 any of them
  muster services get demo  # its port takes GET /oom, /soe, /exit and /hang
}  muster events tail
  cluster down
TEXT
