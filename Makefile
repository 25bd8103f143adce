# The project's commands. `make run` and `make test` need Python 3.11 or newer, git and make, nothing else.

# The first interpreter that runs and is new enough (a version manager's shim may be on the path and not run).
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
  $$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# Pip installs only what the lock files name, with the hashes they give.
INSTALL := $(PIP) install --require-hashes
HOST ?= 127.0.0.1
PORT ?= 8501

.PHONY: help run test evals check format lint types docs docs-update live bench lock wheel-test clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

$(BIN)/python:
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

# Two stamps: what the app needs, and on top of it what the tests need.
$(VENV)/app.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the app needs (once, a few minutes) ..."
	$(INSTALL) -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/app.stamp
	@echo "Installing what the tests need (once) ..."
	$(INSTALL) -r requirements-dev.lock
	@touch $@

run: $(VENV)/app.stamp ## set up and open the app
	$(BIN)/interviewer serve --host $(HOST) --port $(PORT)

test: $(VENV)/dev.stamp ## set up and run the tests
	$(BIN)/python -m pytest

evals: $(VENV)/app.stamp ## run the offline eval suites, check the lock, test the tape
	$(BIN)/interviewer eval run
	$(BIN)/interviewer eval lock --check
	$(BIN)/interviewer eval selftest

# What needs one core each runs side by side; the tests use all there are.
check: $(VENV)/dev.stamp ## everything that CI runs: format, lint, types, docs, tests
	$(MAKE) --no-print-directory -j2 --output-sync=target lint types docs
	$(MAKE) --no-print-directory test

format: $(VENV)/dev.stamp ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

docs: $(VENV)/dev.stamp ## check that the docs' generated parts are what the code says
	$(BIN)/python scripts/docs.py --check

docs-update: $(VENV)/dev.stamp ## write the docs' generated parts again
	$(BIN)/python scripts/docs.py

# LIVE_BASE_URL names an OpenAI-compatible server; LIVE_MODEL the model it serves.
LIVE_BASE_URL ?= http://127.0.0.1:8091/v1
LIVE_MODEL ?= qwen2.5-coder-1.5b-instruct-q4_k_m
live: $(VENV)/app.stamp ## one interview against a real model: times, tokens, transcript
	$(BIN)/python -m evals.live --base-url $(LIVE_BASE_URL) --model $(LIVE_MODEL)

bench: $(VENV)/dev.stamp ## the benchmarks, a few minutes
	$(BIN)/python -m benchmarks

lock: $(VENV)/dev.stamp ## resolve the dependencies again and write both lock files
	scripts/lock

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist build
