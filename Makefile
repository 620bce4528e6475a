# One line each; the work is in infra/local. `make` alone lists what there is.
PYTHON ?= python3
LOCAL := $(PYTHON) infra/local/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run stop status collection test bench deploy fmt lint advisories

help: ## This list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ## The service on this machine: builds, starts, deploys, then shows the main job
	@$(LOCAL) run.py

stop: ## Stops what `make run` started; the state is kept in .local
	@$(LOCAL) stack.py stop

status: ## Says whether it runs, and where
	@$(LOCAL) stack.py status

collection: ## The calls of a till (docs/till-collection) against what `make run` started; needs Node 20
	@$(LOCAL) collection.py

test: ## Every check: format, lints, licences, template, tests, end to end
	@$(LOCAL) test.py

bench: ## Speed and cost, measured on the release binaries (ONLY=till for a part)
	cargo build --release $(addprefix --package ,$(notdir $(wildcard functions/*)))
	cargo run --release --package bench -- $(ONLY)

deploy: ## Release build and deployment to AWS as samconfig.toml's [default] says; asks before it acts
	@$(LOCAL) deploy.py

fmt: ## Formats the code
	cargo fmt --all

lint: ## clippy, warnings denied
	cargo clippy --workspace --all-targets -- -D warnings

advisories: ## Known weaknesses of our dependencies (needs the network)
	cargo deny check advisories
