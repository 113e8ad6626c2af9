# Everything a stranger needs is `make demo` and `make test`; both need only Python 3.11 or later, pip and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint types imports unit docs test-slow bench bench-page clusters lock clean

# The Python that makes the environment; `make PYTHON=/path/to/python3.12 test` takes another.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
LOCK := requirements/dev.txt
# `make bench BENCH=full` measures all sizes.
BENCH ?= quick
# More options for pytest: `make unit PYTEST='-k certificate -x'`.
PYTEST ?=

help:
	@echo "make demo       match the example programme and write demo/report.html"
	@echo "make test       every check: style, types, imports, tests, examples, documentation"
	@echo "make test-slow  the slow tests"
	@echo "make docs       the documentation, in docs/_build/html"
	@echo "make bench      the benchmarks, in some minutes; BENCH=full: all sizes, in hours"
	@echo "make bench-page measure our peers and write docs/explanation/benchmarks.md"
	@echo "make clusters   the tests with a local Dask cluster and a local Ray"
	@echo "make lock       write requirements/dev.txt anew from what is installed"
	@echo "make clean      remove everything that these commands made"

# --- the environment: made once, and again when what it depends on changes --------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; make PYTHON=/path/to/it" >&2; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# What it takes to run: the library with the extras that the command line and spreadsheets need.
$(VENV)/.run: pyproject.toml $(LOCK) | $(BIN)/python
	@echo "Installing mentormatch; the first time takes a minute ..."
	@$(PIP) install --constraint $(LOCK) --editable '.[cli,excel]'
	@touch $@

# What it takes to develop: everything in the lock file, in exactly those versions.
$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the tools for tests and documentation ..."
	@$(PIP) install --requirement $(LOCK)
	@touch $@

# The packages of a dependency group of pyproject.toml, one a line.
GROUP = $(BIN)/python -c 'import sys, tomllib; group = sys.argv[1]; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][group], sep="\n")'

# Whom the benchmarks measure beside us. One of them has its own folder: two packages are called `matching`.
$(VENV)/.bench: $(VENV)/.dev
	@echo "Installing what the benchmarks compare with ..."
	@$(GROUP) bench > $(VENV)/bench.txt
	@$(PIP) install --constraint $(LOCK) --requirement $(VENV)/bench.txt
	@$(PIP) install --no-deps --upgrade --target $(VENV)/peers/mentor-match mentor-match
	@touch $@

$(VENV)/.cluster: $(VENV)/.dev
	@echo "Installing dask and ray ..."
	@$(GROUP) cluster > $(VENV)/cluster.txt
	@$(PIP) install --constraint $(LOCK) --requirement $(VENV)/cluster.txt
	@touch $@

# --- for users ---------------------------------------------------------------------------------------------------

demo: $(VENV)/.run
	@$(BIN)/mentormatch demo --folder demo

# --- for developers ----------------------------------------------------------------------------------------------

test: lint types imports unit docs
	@echo "make test: all checks passed"

lint: $(VENV)/.dev
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: $(VENV)/.dev
	$(BIN)/mypy --strict

imports: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

unit: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term $(PYTEST)

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow $(PYTEST)

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --quiet -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

bench: $(VENV)/.bench
	@for script in benchmarks/bench_*.py; do \
		echo "== $$script"; BENCH=$(BENCH) $(BIN)/python "$$script" || exit 1; done

bench-page: $(VENV)/.bench
	$(BIN)/python benchmarks/bench_peers.py $(BENCH) --write

clusters: $(VENV)/.cluster
	$(BIN)/python -m pytest -m slow tests/scale/test_clusters.py $(PYTEST)

lock: $(VENV)/.dev
	@{ echo "# Versions the checks run with, for pip install -r and -c. Written by make lock."; \
		$(BIN)/python -m pip freeze --exclude-editable; } > $(LOCK).new
	@mv $(LOCK).new $(LOCK)

clean:
	rm -rf $(VENV) demo build dist htmlcov docs/_build docs/reference/generated .coverage .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
