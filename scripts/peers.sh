#!/usr/bin/env bash
# Sets up the comparison with Evidently, NannyML, River, LightGBM and scikit-learn: an environment for each (their needs
# conflict; the last two share one) and the data, under .cache/peers. Does only what is still missing.
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
environment lightgbm lightgbm==4.7.0 scikit-learn==1.9.1

# made ENVIRONMENT SCRIPT: the data that a script makes
made() {
    local data=.cache/peers/data script=benches/peers/python/$2
    [ "$(cksum <"$script")" != "$(cat "$data/.$2" 2>/dev/null)" ] || return 0
    say "the data of $2"
    ".cache/peers/$1/bin/python" "$script" "$data"
    cksum <"$script" >"$data/.$2"
}
made evidently data.py
made lightgbm trees_data.py
