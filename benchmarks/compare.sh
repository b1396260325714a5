#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Muster beside etcd and ZooKeeper: three nodes each on loopback, fsync on, the same load, alternating rounds.
#   benchmarks/compare.sh --quick
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

folder=$PWD/benchmarks/target
echo "Building" >&2
./mvnw --quiet -Pbenchmarks -Dquick -DskipTests --projects benchmarks --also-make package >&2
mkdir -p "$folder/run"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
launcher=$(compgen -G "$PWD/deploy/target/muster-*/bin/muster")
exec "$java" -Xmx2g -XX:+UseParallelGC -Dbench.folder="$folder/run" -Dmuster.launcher="$launcher" \
  -cp "$folder/classes:$(cat "$folder/run.classpath")" dev.muster.bench.Compare "$@"
