# Each target does all its own set-up; on a bare machine start with `make run`.
.PHONY: run test test-ray bench bench-year bench-networks bench-makers bench-peers fmt types clean-cache

run: ## the window, or without a display the same dashboard for a browser
	@bash scripts/run.sh

test: ## every check and every test; the last line counts them
	@bash scripts/test.sh

test-ray: ## training on a real Ray head: fetched from PyPI (650 MB), started on the loopback address, ended again
	@bash scripts/test-ray.sh

bench: ## the numbers in README.md
	@bash scripts/setup.sh
	ORT_DISABLE_TELEMETRY=1 cargo run --release -p tidegate-benches
	cargo run --release -p tidegate-benches --bin recording
	cargo run --release -p tidegate-benches --bin failures
	cargo run --release -p tidegate-benches --bin lost

bench-year: ## a year of 20 models: how large the database is and how long charts take
	@bash scripts/setup.sh
	cargo run --release -p tidegate-benches --bin year

bench-peers: ## side by side with Evidently, NannyML, River, LightGBM and scikit-learn; needs Python and about ten minutes
	@bash scripts/peers.sh
	cargo run --release -p tidegate-peers -- .cache/peers benches/peers/python

bench-networks: ## a step of training beside torch's, on the same networks; needs Python with torch and onnx
	@bash scripts/setup.sh
	cargo build --release -p tidegate-benches --bin networks
	ORT_DISABLE_TELEMETRY=1 python3 benches/networks.py target/release/networks

bench-makers: ## files of scikit-learn, LightGBM, XGBoost, torch and Keras retrained; needs Python with all of them
	@bash scripts/setup.sh
	cargo build --release -p tidegate-cli
	ORT_DISABLE_TELEMETRY=1 python3 benches/makers.py target/release/tidegate

fmt: ## format everything
	cargo fmt --all
	@bash scripts/setup.sh
	cd ui && npm run format

types: ## the OpenAPI document and the page's types from it
	@bash scripts/setup.sh
	@bash scripts/types.sh

clean-cache: ## forget the fetched library and the stamps of finished steps
	rm -rf .cache ui/node_modules/.installed
