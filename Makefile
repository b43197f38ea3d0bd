# Everything that is done to Twinwatch from a shell. Each target makes the environment it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help setup demo run test test-slow soak lint audit bench lock clean

help:
	@echo "make demo       the whole job on a bundled newsroom, offline"
	@echo "make run        the service (see README: going live)"
	@echo "make test       all tests but the slow ones"
	@echo "make test-slow  the slow ones, but not those of the soak"
	@echo "make soak       a thousand kills at random steps, a thousand waves, a hundred thousand broken inputs for every reader"
	@echo "make lint       ruff and mypy"
	@echo "make audit      the locked dependencies against known advisories (asks their index)"
	@echo "make bench      the README's figures, measured here"
	@echo "make setup      only the environment, in $(VENV)"
	@echo "make lock       new requirement files (needs uv)"
	@echo "make clean      removes $(VENV), the demonstration and caches; what was stored stays"

setup: $(VENV)/runtime.stamp
	@echo "Ready: . $(BIN)/activate, and the first time twinwatch init"

demo: $(VENV)/runtime.stamp
	@$(BIN)/twinwatch demo $(ARGS)

run: $(VENV)/runtime.stamp
	@$(BIN)/twinwatch run $(ARGS)

test: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" $(ARGS)

test-slow: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -m "slow and not soak" $(ARGS)

soak: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -m soak -s $(ARGS)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# Every package with its hash; exit 1 for a known weakness, and where nobody could be asked, or does not know a package.
# Another service: make audit ARGS="--vulnerability-service osv".
audit: $(VENV)/dev.stamp
	@said=$$($(BIN)/pip-audit --progress-spinner off --strict --disable-pip --require-hashes \
		--requirement requirements/runtime.txt --requirement requirements/dev.txt $(ARGS) 2>&1); code=$$?; \
	echo "$$said" | tail -n 40; \
	if [ $$code -ne 0 ] && ! echo "$$said" | grep -q "known vulnerabilit"; then \
		echo "audit: the advisories could not be read from here, so nothing was checked"; fi; \
	exit $$code

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Twinwatch needs Python 3.11 or newer: say where it is by PYTHON=/path/to/python3.11 at the end of the line"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/runtime.stamp: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once, a few minutes) ..."
	@$(PIP) --require-hashes --requirement requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	@echo "Adding what tests and lint need (once) ..."
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

# --no-header and --no-annotate keep paths and hosts out of the files.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/runtime.in --output-file requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/dev.in --constraint requirements/runtime.txt --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .pytest_cache
