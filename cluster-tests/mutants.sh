#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows that the cluster tests can fail: plants one fault after the other in a copy of the sources as of HEAD, each taking
# away one remedy, and expects the test that the fault names to turn red.
#   cluster-tests/mutants.sh                  all of mutants/*.patch
#   cluster-tests/mutants.sh no-watchdog ...  these only
set -eu

cd "$(dirname "$0")/.."
mutants=$PWD/cluster-tests/mutants
work=$PWD/cluster-tests/target/mutants
if [ "$#" -eq 0 ]; then
    for patch in "$mutants"/*.patch; do
        set -- "$@" "$(basename "$patch" .patch)"
    done
fi

run() {
    (cd "$work/tree" && ./mvnw --quiet -Dquick "-P${profile:-slow}" --projects cluster-tests --also-make test \
        "-Dtest=$test" -Dsurefire.failIfNoSpecifiedTests=false)
}

# Whatever it changes is new to Maven, which then builds that and what depends on it.
change() {
    patch --quiet --strip=1 --directory "$work/tree" --input "$mutants/$name.patch" "$@"
}

rm -rf "$work/tree"
mkdir -p "$work/tree"
git archive HEAD | tar --extract --directory "$work/tree"
caught=0
survived=""
for name in "$@"; do
    test=$(sed -n 's/^test: //p' "$mutants/$name.patch")
    profile=$(sed -n 's/^profile: //p' "$mutants/$name.patch")
    change
    if run >"$work/$name.log" 2>&1; then
        survived="$survived $name"
        echo "$name: SURVIVED $test"
    elif grep -Eq 'Tests run: [1-9].*(Failures|Errors): [1-9]' "$work/$name.log"; then
        caught=$((caught + 1))
        echo "$name: caught by $test"
    else
        echo "$name: does not compile, or the test did not run, see $work/$name.log" >&2
        exit 1
    fi
    change --reverse
done
rm -rf "$work/tree"
echo "mutants: $caught of $# caught${survived:+, survived:$survived}"
[ -z "$survived" ]
