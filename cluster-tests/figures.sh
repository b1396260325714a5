#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Adds up the closing lines of chaos runs, which it finds in these files or in its input: a line a sum, as
# docs/GUARANTEES.md has them.
#   cluster-tests/figures.sh cluster-tests/target/chaos/*/summary.txt
set -eu

cat -- "$@" | grep '^chaos seed=' | awk '
    {
        runs[$3]++
        passed += $NF == "PASS"
        for (i = 4; i <= NF; i++) {
            if (split($i, pair, "=") == 2) {
                gsub(/[{},]/, "", pair[1])
                gsub(/[{},]/, "", pair[2])
                if ($i ~ /[{},]/) faults[pair[1]] += pair[2]
                else sums[pair[1]] += pair[2]
            }
        }
    }
    END {
        for (nodes in runs) printf "runs %s: %d\n", nodes, runs[nodes]
        printf "passed: %d\n", passed
        for (name in faults) kinds++
        printf "kinds of faults: %d\n", kinds
        for (name in faults) printf "fault %s: %d\n", name, faults[name]
        for (name in sums) printf "%s: %d\n", name, sums[name]
    }' | sort
