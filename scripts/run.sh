#!/usr/bin/env bash
# make run: the window where there is a display, else the same dashboard for a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh

# Where cargo puts what it builds.
built() { printf '%s/release/%s\n' "${CARGO_TARGET_DIR:-target}" "$1"; }

if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    bash scripts/setup.sh desktop
    say "building the desktop app"
    cargo build --release -p tidegate-desktop
    exec "$(built tidegate-desktop)"
fi
bash scripts/setup.sh
say "no display: building the server"
cargo build --release -p tidegate-cli
say "open the address below in a browser; Ctrl+C ends it"
exec "$(built tidegate)" serve
