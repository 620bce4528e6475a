# One line per target; the work is done in infra/local. `make` alone lists the targets.
PYTHON ?= python3
# The first seed of `make simulate`: other seeds each second.
FIRST ?= $(shell date +%s)000
LOCAL := $(PYTHON) infra/local/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run stop status collection browser test simulate bench deploy restore-drill fmt lint advisories

help: ## Lists the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ## Starts the service on this machine (build, start, deploy), then shows its main job
	@$(LOCAL) run.py

stop: ## Stops the stack that `make run` started; keeps the state in .local
	@$(LOCAL) stack.py stop

status: ## Says whether the stack of `make run` is running, and where
	@$(LOCAL) stack.py status

collection: ## Runs the till's calls (docs/till-collection) against the stack of `make run`; needs Node 20
	@$(LOCAL) collection.py

browser: ## Tests the pages in a browser against the stack of `make run` (ONLY=account for one file)
	@$(LOCAL) browser.py $(ONLY)

test: ## Runs every check: format, lints, licences, template, documents, tests, end to end
	@$(LOCAL) test.py

simulate: ## Runs the whole service in simulated time, with faults, and checks it (SECONDS=600, SEED=4711, MUTANTS=1)
	cargo run --quiet --profile simulation --package simulation -- \
		$(if $(SEED),replay $(SEED),$(if $(MUTANTS),mutants,search --first $(FIRST))) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(OPERATIONS),--operations $(OPERATIONS))

bench: ## Measures speed and cost of the release binaries (ONLY=till for one part)
	cargo build --release $(addprefix --package ,$(notdir $(wildcard functions/*)))
	cargo run --release --package bench -- $(ONLY)

deploy: ## Builds a release, deploys it to AWS with [default] of samconfig.toml, and protects it; asks before it acts
	@$(LOCAL) deploy.py

restore-drill: ## Restores the table into a new one, compares, and removes it again (STACK=name for a stack on AWS)
	@$(LOCAL) restore.py $(if $(STACK),--stack $(STACK)) drill

fmt: ## Formats the Rust and the Python code
	cargo fmt --all
	@$(LOCAL) lint.py --write

lint: ## Runs clippy, ruff, cfn-lint, checkov and the checks of template and documents; a warning is an error
	cargo clippy --workspace --all-targets -- -D warnings
	@$(LOCAL) lint.py

advisories: ## Looks for known vulnerabilities in our dependencies (needs the network)
	cargo deny check advisories
