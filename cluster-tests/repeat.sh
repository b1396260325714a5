#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one cluster test N times and counts: cluster-tests/repeat.sh KilledLeaderTest 20
# A method: cluster-tests/repeat.sh 'WatchTest#viewThroughAPausedNodeGoesOnElsewhere' 5
set -eu

if [ "$#" -ne 2 ]; then
    echo "usage: $0 TEST N, for instance $0 KilledLeaderTest 20" >&2
    exit 3
fi
test=$1
rounds=$2
cd "$(dirname "$0")/.."
logs=cluster-tests/target/repeat/$(printf %s "$test" | tr -c 'A-Za-z0-9' _)
mkdir -p "$logs"

passed=0
failed=""
round=1
while [ "$round" -le "$rounds" ]; do
    if ./mvnw --quiet -Dquick -Pslow --projects cluster-tests --also-make verify \
        "-Dtest=$test" -Dsurefire.failIfNoSpecifiedTests=false >"$logs/$round.log" 2>&1; then
        passed=$((passed + 1))
        echo "round $round of $rounds: passed"
    else
        failed="$failed $round"
        rm -rf "${logs:?}/$round"
        cp -R cluster-tests/target/cluster-tests "$logs/$round"
        echo "round $round of $rounds: FAILED, see $logs/$round.log and the nodes' files in $logs/$round"
    fi
    round=$((round + 1))
done
echo "repeat $test: $passed of $rounds passed${failed:+, failed:$failed}"
[ -z "$failed" ]
