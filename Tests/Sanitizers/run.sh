#!/usr/bin/env bash
# The Swift tests, and a daemon under load, with a sanitizer of clang's.
#
#   Tests/Sanitizers/run.sh thread|address [FILTER]
#
# FILTER is `swift test --filter`'s; without it all tests run. SECONDS_OF_LOAD=0 leaves the daemon out, TESTS=0 the tests;
# IN_FLIGHT=16 is for a slow machine.
# What is built stays in .build-tsan or .build-asan. Ends with 1 if anything was reported.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind="${1:-thread}" filter="${2:-}"
swift="${SWIFT:-swift}"
case "$kind" in
thread) scratch=.build-tsan ;;
address) scratch=.build-asan ;;
*) echo "usage: $0 thread|address [FILTER]" >&2; exit 64 ;;
esac
build=("$swift" build "--sanitize=$kind" --scratch-path "$scratch" --explicit-target-dependency-import-check error)
"${build[@]}" --build-tests
folder="$("${build[@]}" --show-bin-path)"

lists="$PWD/Tests/Sanitizers"
toolchain="$(dirname "$(readlink -f "$(command -v "$swift")")")"
symbols="external_symbolizer_path=$toolchain/llvm-symbolizer"
load=()
case "$kind" in
thread)
    # What the sanitizer cannot see of Swift's mutex: see the file.
    "$toolchain/clang" -std=c17 -O1 -fPIC -shared -Wall -Wextra -Werror -o "$folder/runtime.so" "$lists/runtime.c"
    load=("LD_PRELOAD=$folder/runtime.so")
    export TSAN_OPTIONS="$symbols:suppressions=$lists/thread.txt:history_size=4:exitcode=66"
    ;;
address)
    export ASAN_OPTIONS="$symbols:detect_leaks=1:detect_stack_use_after_return=0:exitcode=66"
    export LSAN_OPTIONS="suppressions=$lists/leaks.txt:print_suppressions=0"
    ;;
esac

failed=0
if [ "${TESTS:-1}" != 0 ]; then
    log="$scratch/tests.log"
    # The tests' process ends with the last of them, whatever still runs in it: leaks are the daemon's to be looked for.
    tests=(SWIFT_BACKTRACE=enable=no ${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0"})
    # Each bound of time of a test holds when tests do not run beside each other.
    env "${load[@]}" "${tests[@]}" "$swift" test --disable-xctest --skip-build "--sanitize=$kind" --scratch-path "$scratch" --no-parallel \
        ${filter:+--filter "$filter"} 2>&1 | tee "$log" || failed=1
    if grep -a -e '^SUMMARY: .*Sanitizer' -e 'Sanitizer:DEADLYSIGNAL' "$log" | sort | uniq -c; then failed=1; fi
fi
if [ "${SECONDS_OF_LOAD:-30}" != 0 ]; then
    python3 Tests/Sanitizers/under_load.py "$folder/workshop" --seconds "${SECONDS_OF_LOAD:-30}" --in-flight "${IN_FLIGHT:-64}" \
        --preload "${load[*]}" --log "$scratch/load.log" || failed=1
fi
exit "$failed"
