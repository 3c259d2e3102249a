#!/usr/bin/env bash
# Brings a bare machine to the point where cargo can build. Does only what is still missing, so that a second
# run takes well under a second.
#   scripts/setup.sh [desktop] [test]     without "desktop": what `tidegate serve` needs, no window
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/system-packages.sh

check_toolchains() {
    local rust node
    command -v cargo >/dev/null || [ ! -x "$HOME/.cargo/bin/cargo" ] ||
        fail "cargo is installed but not on the PATH" "run: . \"\$HOME/.cargo/env\""
    command -v cargo >/dev/null ||
        fail "Rust is not installed" "run: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
    rust=$(cargo --version | cut -d' ' -f2)
    at_least "$rust" "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)" ||
        fail "Rust $rust is too old" "run: rustup update stable"
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        fail "Node.js is not installed" "get version 22 or newer from https://nodejs.org/en/download"
    fi
    node=$(node --version)
    at_least "${node#v}" 20.19 ||
        fail "Node.js $node is too old" "get version 22 or newer from https://nodejs.org/en/download"
}

# at_least 1.95.0 1.95
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# npm ci in folder $1, again only when its lock file or the version of Node.js changed.
npm_packages() {
    local stamp="$1/node_modules/.installed" now
    now=$(node --version; cksum <"$1/package-lock.json")
    [ "$now" != "$(cat "$stamp" 2>/dev/null)" ] || return 0
    say "npm packages of $1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error </dev/null)
    printf '%s\n' "$now" >"$stamp"
}

# Builds the page, again only when something in ui/ changed.
page() {
    local stamp=.cache/page now
    now=$(find ui -type f -not -path '*/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/test-results/*' \
        -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)
    [ ! -e ui/dist/index.html ] || [ "$now" != "$(cat "$stamp" 2>/dev/null)" ] || return 0
    say "the page"
    (cd ui && npm run --silent build </dev/null)
    mkdir -p .cache
    printf '%s\n' "$now" >"$stamp"
}

install_packages build "$@"
check_toolchains
npm_packages ui
python3 scripts/fetch-onnxruntime.py
page
