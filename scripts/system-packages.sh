# shellcheck shell=bash
# What the machine itself must have, for each purpose: a probe, then the Debian package that provides it.
# Probes ask for the thing, not for the package, so other distributions and hand-made installs pass too.

build_needs() {
    need cc build-essential
    need python3 python3
    python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
}

desktop_needs() {
    need pkg-config pkg-config
    library webkit2gtk-4.1 libwebkit2gtk-4.1-dev
    library ayatana-appindicator3-0.1 libayatana-appindicator3-dev
    library librsvg-2.0 librsvg2-dev
    [ -e /usr/include/xdo.h ] || missing+=(libxdo-dev)
}

test_needs() {
    need WebKitWebDriver webkit2gtk-driver
    need Xvfb xvfb
    need openbox openbox
    need xdotool xdotool
    need curl curl
    # The test that ONNX Runtime reports nothing traces the worker.
    need strace strace
    need dbus-run-session dbus
    # The drag source of the window tests is a GTK program for the system's own Python.
    /usr/bin/python3 -c 'import gi; gi.require_version("Gtk", "3.0")' >/dev/null 2>&1 ||
        missing+=(python3-gi gir1.2-gtk-3.0)
    [ -n "${CHROME:-}" ] || command -v chromium google-chrome >/dev/null || missing+=(chromium)
    [ -n "${CHROMEDRIVER:-}" ] || need chromedriver chromium-driver
}

need() { command -v "$1" >/dev/null || missing+=("$2"); }

library() { pkg-config --exists "$1" 2>/dev/null || missing+=("$2"); }

# Installs what `$1_needs` finds missing: build, desktop, test.
install_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    local purpose missing=()
    for purpose in "$@"; do "${purpose}_needs"; done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        fail "missing on this machine (Debian's names for them): ${missing[*]}" \
            "install them with your package manager, then run this again"
    fi
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
            fail "missing packages, and no right to install them: ${missing[*]}" \
                "ask an administrator to run: apt-get install ${missing[*]}"
        fi
        root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${root[@]}" apt-get update -q </dev/null
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null ||
        fail "apt-get could not install: ${missing[*]}" "see its message above"
}
