#!/usr/bin/env bash
# The OpenAPI document from the program, and the page's TypeScript types from the document.
set -euo pipefail
cd "$(dirname "$0")/.."
# The same selection of packages as the tests build, so that nothing is compiled twice.
cargo build
"${CARGO_TARGET_DIR:-target}/debug/tidegate" openapi >ui/openapi.json
(cd ui && npm run --silent types)
