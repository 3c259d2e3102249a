#!/usr/bin/env bash
# Runs a command on a screen of its own: an X server without hardware, a session bus, a window manager.
set -euo pipefail
export TIDEGATE_HOME=window NO_AT_BRIDGE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY

number=$(mktemp)
# The server picks a free display number and writes it down once it listens.
Xvfb -displayfd 3 -screen 0 1920x1200x24 -nolisten tcp 3>"$number" 2>/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$number"' EXIT
until [ -s "$number" ]; do
    kill -0 "$server" # ends the wait with the server
    sleep 0.05
done
DISPLAY=":$(cat "$number")"
export DISPLAY

# shellcheck disable=SC2016 # the inner shell expands
dbus-run-session -- bash -c 'openbox & manager=$!; "$@"; code=$?; kill "$manager"; exit "$code"' - "$@"
