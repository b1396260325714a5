#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What single functions cost, without processes and network: JMH.
#   benchmarks/micro.sh                    # all, some ten minutes
#   benchmarks/micro.sh Snapshot -f 1      # the words are JMH's
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

folder=$PWD/benchmarks/target
echo "Building" >&2
./mvnw --quiet -Pbenchmarks -Dquick -DskipTests --projects benchmarks --also-make package >&2
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$folder/classes:$(cat "$folder/run.classpath")" org.openjdk.jmh.Main "$@"
