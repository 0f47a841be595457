# make demo · make test · make dev — each makes the environment first, if need be.

PYTHON ?= python3
BIN := .venv/bin
SIZE ?= 1x
.DEFAULT_GOAL := help

# What the two extras need beside requirements.lock.
BESIDE_spark := "pyspark-client>=4.2,<4.4" grpcio-status googleapis-common-protos zstandard
BESIDE_cluster := "pyspark>=4.3,<4.4" py4j grpcio-status googleapis-common-protos zstandard

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(BIN)/.ready ## a demo campus, the whole line, and where to look
	@$(BIN)/mingyuan demo

test: $(BIN)/.ready browser ## the tests, on every core
	@$(BIN)/python -m pytest -n auto --dist loadfile

browser: # pages are looked at in Chromium; whoever may not install it goes without, and the tests say so
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || { echo "installing Chromium, once"; \
		{ timeout 60 apt-get update -qq; timeout 300 apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1; } || true

check: $(BIN)/.ready ## what the gate runs: format, lint, types, tests with coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=85

dev: $(BIN)/.ready ## Dagster's page, at http://127.0.0.1:3000
	@$(BIN)/mingyuan doctor --reap || true
	@DAGSTER_HOME=$(CURDIR) DAGSTER_DISABLE_TELEMETRY=1 $(BIN)/python -W 'ignore:Function `dev_command`' -m dagster dev -h 127.0.0.1

bench: $(BIN)/.ready ## the whole line at SIZE=1x, 10x, 100x or 1000x, beside DuckDB alone, Polars, pandas and, once it is here, Spark
	@$(BIN)/python bench/suite.py $(SIZE) $$($(BIN)/python -c 'import pyspark' 2>/dev/null && echo --spark)

bench-parts: $(BIN)/.ready ## the door, the portraits, readers' pages and a night by themselves, each beside another way
	@$(BIN)/python bench/door.py
	@$(BIN)/python bench/portraits.py
	@$(BIN)/python bench/pages.py
	@$(BIN)/python bench/night.py

faults: $(BIN)/.ready ## the long form of the tests that kill processes and break files
	@MINGYUAN_LONG=1 $(BIN)/python -m pytest tests/faults tests/hostile

lock: $(BIN)/.ready ## requirements.lock anew: hashes, and no address of any index
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	@$(foreach extra,spark cluster,printf '%s\n' $(BESIDE_$(extra)) | $(BIN)/uv pip compile -q --universal --no-deps --generate-hashes --no-header --no-annotate - -o .ci/$(extra).lock;)

spark: $(BIN)/.ready ## the thin client, for a Spark that a campus has (see MINGYUAN_ENGINE)
	@$(BIN)/uv pip uninstall -q --python $(BIN)/python pyspark
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r .ci/spark.lock

spark-here: $(BIN)/.ready
	@$(BIN)/uv pip uninstall -q --python $(BIN)/python pyspark-client
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r .ci/cluster.lock

cluster: spark-here ## a Spark on this machine: a master, two workers, a Connect server; needs Java 17
	@$(BIN)/python -m pipelines.cluster up

cluster-down: ## end the cluster on this machine
	@$(BIN)/python -m pipelines.cluster down

clean: ## all that was made, but not data/vault and data/secrets, which cannot be made again
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache sql/__pycache__ data/warehouse data/published data/reports data/dagster data/spool

$(BIN)/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is missing — apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: Python 3.11 or later is needed — PYTHON=python3.12 make …"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make: Python's venv is missing — apt-get install python3-venv"; exit 1; }
	@command -v git >/dev/null || { echo "make: git is missing — apt-get install git"; exit 1; }
	@echo "making the environment: about a minute, once"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r .ci/uv.lock
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'from pipelines import definitions; definitions.models()' # compiled as well
	@touch $@

.PHONY: help demo test browser check dev bench bench-parts faults lock spark spark-here cluster cluster-down clean
