# shellcheck shell=bash
# How the scripts speak.

say() { printf '\n== %s\n' "$*"; }

# fail MESSAGE HINT
fail() {
    printf '\nerror: %s\n  %s\n' "$1" "$2" >&2
    exit 1
}
