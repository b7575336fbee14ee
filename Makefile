# Every target sets up what it needs in .venv; a second call does no set-up.
# PYTHON=... chooses the interpreter (3.11 or newer).

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help gallery test lint check bench clean setup

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

gallery: .venv/.run  ## build all figures of the guide into gallery/
	$(BIN)/python -m convanim gallery -o gallery

test: .venv/.dev  ## run the tests
	$(BIN)/python -m pytest -q -n auto

lint: .venv/.dev  ## ruff and mypy
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy convanim

check: lint test  ## lint, types and tests

bench: .venv/.dev  ## measure time, memory and bytes
	$(BIN)/python tests/benchmarks/bench.py

setup: .venv/.dev  ## only set up .venv, with the tools of the tests

clean:  ## remove all that can be made again, except gallery/
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: .run has what the package needs, .dev also the tools.
.venv/.run: pyproject.toml tests/constraints.txt
	@for python in '$(PYTHON)' python3.11 python3.12 python3.13 python3.14; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "$$python -m venv .venv"; exec $$python -m venv --clear .venv; \
	  fi; \
	done; echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1
	$(PIP) -c tests/constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.run tests/requirements.txt
	$(PIP) -c tests/constraints.txt -r tests/requirements.txt
	@touch $@
