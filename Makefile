# `make` prints this help. Every target builds .venv first when it is missing or stale.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo bench-scale test unit lint clean

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## check the machine and install everything into .venv

$(VENV)/.ready: pyproject.toml constraints.txt infra/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh infra/setup.sh

demo: setup ## Kafka, vendor sandbox and worker on real input; checks itself (ARGS="--seed 2 --json")
	@$(BIN)/consent-relay demo $(ARGS)

bench-scale: setup ## latency, memory, takeover, two workers: how the relay grows (ARGS="--only latency --json")
	@$(BIN)/python -m bench.scale $(ARGS)

lint: setup ## ruff, format check, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup ## the tests that need no broker
	$(BIN)/pytest -q tests/unit tests/contract $(ARGS)

test: setup lint ## everything that must be green: lint, then all tests on a real broker
	$(BIN)/pytest $(ARGS)

clean: ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
