#!/usr/bin/env bash
# Starts a Ray head of its own on the loopback address, runs the tests that need one, and ends it again.
# The first time it fetches Ray from PyPI into .cache/ray (about 650 MB on disk). The head takes about 1.5 GB of memory.
set -euo pipefail
cd "$(dirname "$0")/.."
# Not among those that Ray gives its workers, 10002 to 19999.
port=${TIDEGATE_RAY_PORT:-28265}
if [ ! -x .cache/ray/bin/ray ]; then
    python3 -m venv .cache/ray
    .cache/ray/bin/pip install -q "ray[default]==2.60.0"
fi
temp=$(mktemp -d /tmp/tg-ray.XXXXXX)
export RAY_USAGE_STATS_ENABLED=0 PATH="$PWD/.cache/ray/bin:$PATH"
# In a session of its own, by which all that it starts is known.
setsid .cache/ray/bin/ray start --head --block --node-ip-address 127.0.0.1 --port $((port + 1)) \
    --dashboard-host 127.0.0.1 --dashboard-port "$port" --dashboard-agent-listen-port $((port + 2)) \
    --num-cpus 1 --object-store-memory 80000000 --disable-usage-stats --temp-dir "$temp" >"$temp/head.log" 2>&1 &
head=$!
finish() {
    # Its own children first get the chance to end.
    kill "$head" 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        ps -o pid= -s "$head" >/dev/null || break
        sleep 0.5
    done
    ps -o pid= -s "$head" | xargs -r kill -9 2>/dev/null || true
    rm -rf "$temp"
}
trap finish EXIT
for _ in $(seq 120); do
    curl -sf "http://127.0.0.1:$port/api/version" >/dev/null && break
    kill -0 "$head" || { cat "$temp/head.log"; exit 1; }
    sleep 0.5
done
TIDEGATE_RAY="http://127.0.0.1:$port" cargo nextest run --test real_ray --run-ignored only --test-threads 1 "$@"
