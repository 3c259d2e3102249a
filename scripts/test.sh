#!/usr/bin/env bash
# make test: set-up, then every check and every test in order. Stops at the first step that fails and names it;
# the last line counts the tests as their own runners counted them.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh

passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# step NAME COMMAND...: one check, without tests to count.
step() {
    local name=$1 began=$SECONDS
    shift
    say "$name"
    if ! "$@" </dev/null 2>&1 | tee "$log"; then
        count
        stop "$name"
    fi
    printf '   %s: %s s\n' "$name" $((SECONDS - began))
}

# tests NAME COMMAND...: a step whose runner counts tests; running none is a failure.
tests() {
    local before=$passed
    step "$@"
    count
    if [ "$passed" -eq "$before" ]; then
        stop "$1 (ran no tests)"
    fi
}

# Adds what the runner wrote into $log: nextest, cargo test, vitest and node:test each have their own words.
count() {
    local words
    words=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | awk '
        / tests? run: |^test result: |^ +Tests +[0-9]/ {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed/) p += $(i - 1)
                if ($i ~ /^failed/ || $i ~ /^timed/) f += $(i - 1)
            }
        }
        /^(ℹ|#) pass [0-9]/ { p += $3 }
        /^(ℹ|#) (fail|cancelled) [0-9]/ { f += $3 }
        END { print p + 0, f + 0 }')
    passed=$((passed + ${words% *}))
    failed=$((failed + ${words#* }))
}

stop() {
    # A step can fail without a failed test: a lint, a compiler error.
    [ "$failed" -gt 0 ] || failed=1
    printf '\nFAILED: %s\n%s passed, %s failed\n' "$1" "$passed" "$failed"
    exit 1
}

headless_tree() {
    local tree found
    tree=$(cargo tree -p tidegate-cli --edges normal,build --prefix none) || return 1
    found=$(grep -E '^(tauri|wry|tao|gtk|webkit)' <<<"$tree" | sort -u)
    [ -z "$found" ] || { printf 'tidegate-cli must stay headless, but depends on:\n%s\n' "$found"; return 1; }
}

rust_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --no-fail-fast && cargo test --doc --no-fail-fast --quiet
    else
        cargo test --no-fail-fast
    fi
}

types_are_fresh() {
    local files=(ui/openapi.json ui/src/backend/api.ts) before
    before=$(cksum "${files[@]}") && bash scripts/types.sh || return 1
    [ "$before" = "$(cksum "${files[@]}")" ] ||
        { echo "generated files were stale and have been made anew: commit ${files[*]}"; return 1; }
}

# The whole story against the clock; it fails if a step of it does not happen, or after 90 s.
demo() {
    local out status
    out=$(mktemp -d)
    timeout 90 "${CARGO_TARGET_DIR:-target}/debug/tidegate" demo --out "$out" && [ -s "$out/report.html" ]
    status=$?
    rm -rf "$out"
    return $status
}

in_folder() { (cd "$1" && shift && "$@"); }

# Not a `step`: its pipe would keep sudo from asking for a password.
bash scripts/setup.sh desktop test || stop "set-up"
step "format" cargo fmt --all --check
step "lints without the window" cargo clippy --workspace --exclude tidegate-desktop --all-targets -- -D warnings
step "lints of the window" cargo clippy -p tidegate-desktop --all-targets -- -D warnings
step "generated files are fresh" types_are_fresh
step "the program needs no window libraries" headless_tree
tests "Rust tests" rust_tests
step "the demo" demo
step "page: types" in_folder ui npm run --silent check
step "page: lints" in_folder ui npm run --silent lint
tests "page: tests" in_folder ui npm test --silent
tests "Rust tests of the window" cargo test -p tidegate-desktop
step "building the window" cargo build -p tidegate-desktop
tests "end to end in the browser" in_folder tests/e2e npm run --silent browser
tests "end to end in the window" in_folder tests/e2e npm run --silent window

printf '\n%s passed, %s failed\n' "$passed" "$failed"
