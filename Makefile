# `make demo` and `make test` do all their own set-up: they need Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: help install demo test check format docs clean

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
