# Two commands: `make demo` and `make test`. Each sets up what it needs, as any user.
#   make demo ARGS="--exit --json"     make bench ONLY=import     make simulate SEEDS=100000
#   make chaos RUNS=300                make mutants PART=driver

# The queries' types are committed in .sqlx, so that building needs no database.
export SQLX_OFFLINE := true

ARGS ?=
ONLY ?=
SEEDS ?=
PART ?=
RUNS ?=
SQLX := target/sqlx

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 17

.PHONY: demo
demo: setup ## Verify the example customers on two local chains; ARGS="--help" tells more
	cargo run --release --locked -p symbolon -- demo $(ARGS)

.PHONY: test
test: setup ## Run every test: contracts, then the workspace
	npm run --silent contracts:test
	npm run --silent contracts:check
	cargo test --workspace --locked
	cargo test --locked -p symbolon-simulation --features planted-bugs --test planted

.PHONY: e2e
e2e: setup ## Be verified by a link, in Chromium; SYMBOLON_BIN=file spares the build, UPDATE=1 takes new pictures
	@script/chromium >/dev/null
	$(if $(SYMBOLON_BIN),,cargo build --locked -p symbolon)
	node --test --test-reporter=spec e2e/journeys.test.mjs

.PHONY: lint
lint: setup ## Check formatting and clippy's opinion
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: bench
bench: setup ## Measure against floors and peers; ONLY=word runs some
	cargo run --release --locked -p symbolon-bench -- $(ONLY)

.PHONY: simulate
simulate: prerequisites ## Live through SEEDS worlds of faults; ARGS="--first 51 --seeds 1 --told" tells one
	cargo run --release --locked -p symbolon-simulation -- $(if $(SEEDS),--seeds $(SEEDS)) $(ARGS)

.PHONY: model
model: prerequisites ## Explore the mirror's protocol to its full bounds, and print how many states there are
	cargo test --release --locked -p symbolon-model --features complete --test complete -- --nocapture --test-threads 1

.PHONY: mutants
mutants: setup ## See what catches mutants of the mirror, and of its driver, then of planted bugs; PART=mirror does a part
	script/mutants $(PART)
	cargo run --locked -p symbolon-simulation --features planted-bugs -- --planted

.PHONY: chaos
chaos: setup ## Break RUNS real systems and compare; ARGS="--seed 17 --told" tells one
	cargo run --locked -p symbolon-chaos -- $(if $(RUNS),--runs $(RUNS)) $(ARGS)

.PHONY: contracts-audit
contracts-audit: node_modules/.package-lock.json .venv/.requirements ## Sizes, slither, halmos' proofs and coverage of the contracts
	npm run --silent contracts:audit

.PHONY: setup
setup: prerequisites node_modules/.package-lock.json ## Fetch the pinned tools and crates
	cargo fetch --locked

.PHONY: prerequisites
prerequisites:
	@script/prerequisites

# npm writes this file last, so it is also the stamp.
node_modules/.package-lock.json: package.json package-lock.json | prerequisites
	npm ci --no-audit --no-fund
	@touch $@

# What contracts-audit alone needs.
.venv/.requirements: contracts/requirements.txt
	@script/prerequisites audit
	rm -rf .venv
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r contracts/requirements.txt
	@touch $@

.PHONY: sqlx
sqlx: setup ## For developers: check the queries against a database and rewrite .sqlx
	rm -rf $(SQLX)
	mkdir -p $(SQLX)/queries
	touch crates/store/src/lib.rs
	cargo run -p symbolon-sandbox --example postgres -- --migrations crates/store/migrations --migrations crates/store/keyring \
	  env SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$(CURDIR)/$(SQLX)/queries cargo check -p symbolon-store --all-targets
	rm -rf .sqlx
	mv $(SQLX)/queries .sqlx
	rm -rf $(SQLX)
