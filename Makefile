# `make` prints this help. Every target builds .venv first when it is missing or stale.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 60
SEED ?= 1
# Tests at a time: those with a broker wait so much that several keep two cores busy.
PROCESSES ?= 3

.PHONY: help setup demo bench bench-where bench-replay bench-scale faults soak test tools unit protocol lint clean

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## check the machine and install everything into .venv

$(VENV)/.ready: pyproject.toml constraints.txt infra/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh infra/setup.sh

demo: setup ## Kafka, vendor sandbox and worker on real input; checks itself (ARGS="--seed 2 --json")
	@$(BIN)/consent-relay demo $(ARGS)

bench: .venv-bench/.ready .venv-peers/.ready ## router and lanes beside others, 100,000 events (ARGS="--events 10000 --runs 1 --json")
	@.venv-bench/bin/python -m bench $(ARGS)

.venv-bench/.ready: pyproject.toml constraints.txt bench/constraints.txt
	@echo "bench: making .venv-bench" >&2
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --constraint bench/constraints.txt --editable ".[embedded]" confluent-kafka >&2
	@touch $@

# Apart from the product: some peers need older releases of what it is built on.
.venv-peers/.ready: bench/peers-requirements.txt bench/peers-constraints.txt
	@echo "bench: making .venv-peers" >&2
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint bench/peers-constraints.txt --requirement bench/peers-requirements.txt >&2
	@touch $@

bench-where: setup ## where the router's time goes in one event, stage by stage (ARGS="--json")
	@$(BIN)/python -m bench.where $(ARGS)

bench-replay: .venv-bench/.ready ## how fast the audit is replayed, beside a bare reader (ARGS="--records 100000 --runs 1 --json")
	@.venv-bench/bin/python -m bench.replaying $(ARGS)

bench-scale: setup ## latency, memory, takeover, workers, sick lanes: how the relay grows (ARGS="--only latency --json")
	@$(BIN)/python -m bench.scale $(ARGS)

soak: $(VENV)/.soak ## an hour of faults under a steady load: memory, lag and age as CSV and PNG in data/ (MINUTES=3 SEED=2)
	@$(BIN)/python tests/faults/soak.py data/soak-$$(date +%Y%m%d-%H%M%S) --minutes $(MINUTES) --seed $(SEED) $(ARGS)

$(VENV)/.soak: $(VENV)/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[embedded,dev,parquet,soak]"
	@touch $@

# Runs that fail stay in data/faults-SEED; ARGS="--basetemp=..." names another place, and the last one counts.
faults: setup ## the fault tests at full size: up to 100,000 events and 20 kills, three workers (SEED=2 PROCESSES=1 ARGS="-k storm")
	@echo "SEED=$(SEED), $(PROCESSES) tests at a time"
	@mkdir -p data
	@FAULTS_EVENTS=100000 FAULTS_KILLS=20 FAULTS_WORKERS=3 FAULTS_FROZEN=30 SEED=$(SEED) \
	  $(BIN)/pytest -v --timeout=0 --numprocesses $(PROCESSES) --dist load --maxschedchunk 1 \
	  --basetemp=data/faults-$(SEED) -o tmp_path_retention_policy=failed tests/faults $(ARGS)

protocol: setup ## the model of how a partition changes hands (ARGS='--without "wait at takeover"', --help)
	@$(BIN)/python tests/protocol/show.py $(ARGS)

lint: setup ## ruff, format check, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup ## unit and contract tests, which need no broker
	$(BIN)/pytest -q tests/unit tests/contract $(ARGS)

test: setup lint tools ## everything that must be green: lint, then all tests, three at a time, with real brokers
	$(BIN)/pytest --numprocesses $(PROCESSES) --dist loadfile $(ARGS)

tools:
	@sh infra/tools.sh

clean: ## remove .venv and caches
	rm -rf $(VENV) .venv-bench .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis
