#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Harms a cluster of five processes under load in every way, for hours: rounds of ten minutes, each with a seed of its own.
# Prints a line a round and the sums in the end; ends at the first that breaks a promise. Needs the repository and a JDK;
# as root, with a C compiler and libfuse3-dev, disks fail, too. Nothing is left running.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

[[ $# -eq 2 && $1 == --hours && $2 =~ ^[1-9][0-9]*$ ]] || { echo "usage: $0 --hours H, for instance $0 --hours 1" >&2; exit 3; }
seconds=$(($2 * 3600))
round_seconds=600
log=cluster-tests/target/soak.log
lines=cluster-tests/target/soak.txt

mkdir -p cluster-tests/target
: >"$lines"
rounds=0
while ((SECONDS < seconds)); do
  left=$((seconds - SECONDS))
  if ! ./mvnw -Dquick -Psoak --projects cluster-tests --also-make verify -Dsurefire.failIfNoSpecifiedTests=false \
    -Dchaos.seconds=$((left < round_seconds ? left : round_seconds)) >"$log" 2>&1; then
    grep '^chaos seed=' "$log" || tail -n 30 "$log"
    echo "soak: FAILED in round $((rounds + 1)) after $SECONDS s; see $log and cluster-tests/target/chaos" >&2
    exit 1
  fi
  rounds=$((rounds + 1))
  grep '^chaos seed=' "$log" | tee -a "$lines"
done
cluster-tests/figures.sh "$lines"
echo "soak: $rounds rounds passed in $SECONDS s"
