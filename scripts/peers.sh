#!/usr/bin/env bash
# Sets up the comparison with Evidently, NannyML and River: an environment for each (their needs conflict) and
# the data, under .cache/peers. Does only what is still missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh

# environment NAME PACKAGE...
environment() {
    local folder=.cache/peers/$1 stamp=.cache/peers/$1/.installed
    shift
    [ "$*" != "$(cat "$stamp" 2>/dev/null)" ] || return 0
    say "Python environment with $*"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" pyarrow
    printf '%s\n' "$*" >"$stamp"
}

mkdir -p .cache/peers
environment evidently evidently==0.7.23 "pandas<3"
environment nannyml nannyml==0.13.1 statsmodels
environment river river==0.26.1
data=.cache/peers/data
if [ "$(cksum <benches/peers/python/data.py)" != "$(cat "$data/.made" 2>/dev/null)" ]; then
    say "the data"
    .cache/peers/evidently/bin/python benches/peers/python/data.py "$data"
    cksum <benches/peers/python/data.py >"$data/.made"
fi
