# `make` alone prints what there is to make.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help
help:  ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY)  ## make the virtual environment, with every package by its hash

# Without --no-deps, older pips look for the newest release behind an extra (coverage[toml]) and refuse it for having no hash.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11, 3.12 or 3.13, or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else f"Python 3.11, 3.12 or 3.13 is needed; this is {v[0]}.{v[1]}: say make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python has no venv: install it (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; about half a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: demo
demo: $(READY)  ## run the whole thing for a minute: broker, worker, customers, alerts
	@$(BIN)/throughline demo

.PHONY: test
test: $(READY)  ## run all tests
	@$(BIN)/pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: test-fast
test-fast: $(READY)  ## run the tests that start no process
	@$(BIN)/pytest -q -m "not slow"

.PHONY: lint
lint: $(READY)  ## check style, types and the direction of dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: mutate
mutate: $(READY)  ## break the core on purpose, in many ways: each must be caught by a named test
	@$(BIN)/python -m tests.mutate

.PHONY: bench
bench: $(READY)  ## run one job on this and seven other engines, on a real Kafka: OPTIONS="--rounds 1"
	@$(BIN)/python -m tests.bench.jobs $(OPTIONS)

.PHONY: bench-publish
bench-publish: $(READY)  ## put the last figures of make bench into docs/benchmarks.md
	@$(BIN)/python -m tests.bench.jobs.publish

.PHONY: bench-core
bench-core: $(READY)  ## measure the stages of a replay, late evidence and memory
	@$(BIN)/python -m tests.bench

.PHONY: bench-worker
bench-worker: $(READY)  ## measure workers on a real Kafka: ARGS="speed --help"; without, all but the soak
	@$(BIN)/python -m tests.bench.worker $(or $(ARGS),all)

.PHONY: dashboard
dashboard: $(READY)  ## write Grafana's dashboard from deploy/grafana/panels.py
	@$(BIN)/python -m deploy.grafana.dashboard

.PHONY: dashboard-picture
dashboard-picture: $(READY)  ## draw docs/dashboard.png from minutes of real answers (prometheus and chromium presumed)
	@$(BIN)/python -m tests.deploy.picture

.PHONY: deploy-check
deploy-check: $(READY)  ## check compose, image, rules and dashboard, with a real Prometheus
	@for tool in promtool prometheus amtool; do command -v $$tool >/dev/null || { echo "$$tool is missing (Debian: apt-get install --no-install-recommends prometheus prometheus-alertmanager)" >&2; exit 1; }; done
	@$(BIN)/pytest -q tests/deploy

BROKERS ?= 1
.PHONY: kafka-up
kafka-up: $(READY)  ## start a real Kafka on this machine (BROKERS=1 or 3; java and mvn presumed)
	@$(BIN)/python -m deploy.kafka up --brokers $(BROKERS)

.PHONY: kafka-down
kafka-down: $(READY)  ## stop it; its data stays (python -m deploy.kafka down --remove)
	@$(BIN)/python -m deploy.kafka down

.PHONY: kafka-status
kafka-status: $(READY)  ## say which of its brokers run
	@$(BIN)/python -m deploy.kafka status

.PHONY: test-kafka
test-kafka: $(READY)  ## run the behaviour tests on a real Kafka of three brokers, two files at a time
	@$(BIN)/pytest -q --brokers 3 --numprocesses 2 --dist loadfile tests/engine tests/kafka

.PHONY: faults
faults: $(READY)  ## break three brokers and their workers at random: SEED= ROUNDS=
	@$(BIN)/python -m tests.faults --seed $(or $(SEED),1) --rounds $(or $(ROUNDS),30)

.PHONY: faults-short
faults-short: $(READY)  ## the same, each kind of fault once (about 8 minutes)
	@$(BIN)/python -m tests.faults --short --seed $(or $(SEED),1)

.PHONY: ci
ci: test lint  ## what CI runs
	@$(BIN)/throughline schemas check
	@$(BIN)/throughline demo --short
	@$(MAKE) --no-print-directory mutate deploy-check test-kafka faults-short

.PHONY: lock
lock:  ## resolve the dependencies anew into requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -q -o requirements.lock pyproject.toml
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.lock -q -o deploy/docker/requirements.lock pyproject.toml deploy/docker/build.in

.PHONY: clean
clean:  ## remove what was built
	@rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
