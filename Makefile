# Everything a newcomer runs. Each target does its own set-up in .venv from the hash-pinned locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core
DEV := $(VENV)/.dev

# Two test processes share two cores: threads inside the linear algebra would only get in their way.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help brief test check fast lint types bench validation schemas docs lock clean

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("tradewar needs Python 3.11 or newer; set PYTHON=python3.x") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(CORE): requirements/core.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	$(BIN)/python -m tradewar.equilibrium.compile
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	$(BIN)/python -m tradewar.equilibrium.compile
	@touch $@ $(CORE)

brief: $(CORE) ## write the built-in brief to build/brief
	$(BIN)/tradewar brief us-china-2019 --out build/brief

test: $(DEV) check ## everything: lint, import contract, types, tests
	$(THREADS) $(BIN)/pytest -n 2 --dist loadgroup

check: lint types ## lint, import contract and types only

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(DEV)
	$(BIN)/basedpyright

fast: $(DEV) ## the tests without the slow ones
	$(THREADS) $(BIN)/pytest -n 2 --dist loadgroup -m "not slow"

bench: $(DEV) ## every benchmark in one run; ratios go to build/benchmarks
	$(BIN)/python -m benchmarks --out build/benchmarks

validation: $(DEV) ## docs/validation.md from the tests of the literature (needs the reference data)
	rm -rf build/validation
	$(THREADS) TRADEWAR_VALIDATION=build/validation $(BIN)/pytest -n 2 --dist loadfile tests/literature
	$(BIN)/python scripts/validation_page.py build/validation --out docs/validation.md

schemas: $(DEV) ## docs/schemas from the types of the results
	$(BIN)/python scripts/json_schemas.py

docs: $(DEV) ## build the documentation site into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lock: ## resolve the locks again (needs uv on the PATH)
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -o requirements/core.txt
	uv pip compile pyproject.toml requirements/build.in --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -o requirements/dev.txt

clean: ## remove what the targets made
	rm -rf build .venv
