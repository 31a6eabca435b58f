# `make demo` and `make test` do all their own set-up: they need Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: help install demo test soak check format docs clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed  ## a virtual environment with everything the tests need

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

demo: .venv/installed  ## tune a support vector machine on real data, and write its report
	$(BIN)/ayar tune examples/digits_svm.py --storage sqlite:///ayar-demo.db
	$(BIN)/ayar report ayar-demo.html --storage sqlite:///ayar-demo.db

test: .venv/installed  ## everything that CI checks
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.pages --check
	$(PYTEST) -n 2 -p no:cacheprovider

soak: .venv/installed  ## half an hour: kills on every store, a million virtual steps, power cuts, mutations
	cd tests && for storage in sqlite postgresql; do \
	  ../$(BIN)/python -m reliability.kills --kills 500 --storage $$storage && \
	  ../$(BIN)/python -m reliability.kills --kills 60 --storage $$storage --hazard freeze --lease 0.5 && \
	  ../$(BIN)/python -m reliability.kills --kills 60 --storage $$storage --hazard interrupt && \
	  ../$(BIN)/python -m reliability.kills --kills 60 --storage $$storage --workers 32 --budget 1000 --per-study 60 \
	  || exit 1; done
	cd tests && ../$(BIN)/python -m reliability.simulation --steps 1000000
	cd tests && ../$(BIN)/python -m reliability.simulation --steps 20000 --storage sqlite
	cd tests && ../$(BIN)/python -m reliability.power_cut --sequences 50
	cd tests && ../$(BIN)/python -m reliability.mutations

check: .venv/installed  ## the fast loop: format, lint, types, floors, quick tests
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -n 2 -q -m 'not slow'

docs: .venv/installed  ## write the generated pages again: samplers, parity
	$(BIN)/python -m docs.pages

clean:  ## remove what was made here, not studies
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
