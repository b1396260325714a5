#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Muster beside etcd and ZooKeeper: three nodes each on loopback, fsync on, the same load, alternating rounds.
#   benchmarks/compare.sh --quick
# docs/PERFORMANCE.md says how long each work takes. All JVMs are of JAVA_HOME or, as the launcher has it, of the newest
# JDK here; BENCH_HEAP is the heap of each server (2g).
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

folder=$PWD/benchmarks/target
echo "Building" >&2
./mvnw --quiet -Pbenchmarks -Dquick -DskipTests --projects benchmarks --also-make package >&2
mkdir -p "$folder/run"
if [[ -z ${JAVA_HOME:-} ]]; then
  JAVA_HOME=$(for jdk in /usr/lib/jvm/*; do
    [[ -x $jdk/bin/jcmd ]] && sed -n "s|^JAVA_VERSION=\"\([0-9]*\).*|\1 $jdk|p" "$jdk/release"
  done 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2) || true
fi
export JAVA_HOME
launcher=$(compgen -G "$PWD/deploy/target/muster-*/bin/muster")
if [[ ${JAVA_HOME:-} && " $* " != *" --smoke "* && " $* " != *" --works "* && " $* " != *" --charts "* ]]; then
  echo "Making Muster's archive" >&2
  "$launcher" archive >/dev/null
fi
exec "${JAVA_HOME:?no JDK found: set it to the folder of one}/bin/java" -Xmx4g -XX:+UseParallelGC \
  -Dbench.folder="$folder/run" -Dbench.heap="${BENCH_HEAP:-2g}" -Dmuster.launcher="$launcher" \
  -cp "$folder/classes:$(cat "$folder/run.classpath")" dev.muster.bench.Compare "$@"
