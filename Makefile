# Every target sets up what it needs: .tools holds pipenv, .venv holds the project.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIPENV_VERSION := 2026.10.3
PIPENV := PIPENV_VENV_IN_PROJECT=1 PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_NOSPIN=1 PIPENV_VERBOSITY=-1 .tools/bin/pipenv
RUN := .venv/bin/python
# The package of OPA has a library for these machines alone; elsewhere the tests of the Rego are left out, but not in CI.
OPA := $(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),ops/rego/.venv/ready)
ENV ?=
PROFILE ?=
ACCOUNT ?=
export ENV PROFILE ACCOUNT

.PHONY: help setup synth validate cdktf test test-fast local lint format lock package schema bench clean acceptance

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.tools/pipenv-$(PIPENV_VERSION):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or name it with PYTHON=/path/to/python3"; exit 2; }
	@echo "Setting up pipenv in .tools"
	@$(PYTHON) -m venv --clear .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check pipenv==$(PIPENV_VERSION) 2>&1 | { grep -v '^WARNING: Location' || true; }
	@test -x .tools/bin/pipenv && touch $@

.venv/ready: Pipfile.lock .tools/pipenv-$(PIPENV_VERSION)
	@echo "Installing the locked packages into .venv"
	@mkdir -p .cache && $(PIPENV) --python $(PYTHON) sync --dev > .cache/setup.log 2>&1 || { cat .cache/setup.log; exit 1; }
	@touch $@

# What pins versions that clash with ours has an environment of its own: an AWS emulator, another for tests.
ops/%/.venv/ready: ops/%/Pipfile.lock .tools/pipenv-$(PIPENV_VERSION)
	@echo "Installing $* into an environment of its own"
	@mkdir -p .cache && PIPENV_PIPFILE=ops/$*/Pipfile $(PIPENV) --python $(PYTHON) sync > .cache/$*.log 2>&1 || { cat .cache/$*.log; exit 1; }
	@touch $@

setup: .venv/ready ## install the locked packages

synth: .venv/ready ## generate Terraform: make synth ENV=prod (all environments but local without ENV)
	@$(RUN) -O main.py

validate: synth ## generate, then terraform validate every stack
	@$(RUN) -m ops validate

# pip installs it, as pipenv knows no package for another Python: ops/rego/requirements.txt says why this one runs.
ops/rego/.venv/ready: ops/rego/requirements.txt
	@echo "Installing OPA into an environment of its own"
	@$(PYTHON) -m venv --clear ops/rego/.venv
	@ops/rego/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --ignore-requires-python --requirement $< 2>&1 | { grep -v '^WARNING: Location' || true; }
	@ops/rego/.venv/bin/python -c 'import opa_bindings; opa_bindings.OpaEngine()' && touch $@

node_modules/.ready: package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed for the cdktf command: install Node 20 or later"; exit 2; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

cdktf: .venv/ready node_modules/.ready ## install the cdktf command, for npx cdktf synth|diff|deploy

# Without npm the one test of the cdktf command is left out, but not in CI. What deploys goes file by file, so
# that each worker deploys once.
test: .venv/ready ops/emulator/.venv/ready ops/moto/.venv/ready $(OPA) $(if $(shell command -v npm),node_modules/.ready) ## all tests
	@$(RUN) -m pytest -q -n 2 --dist worksteal --ignore tests/e2e --ignore tests/adopt
	@$(RUN) -m pytest -q -n 4 --dist loadfile tests/e2e tests/adopt

test-fast: .venv/ready ## the pure and the property tests alone
	@$(RUN) -m pytest -q -n 2 --dist worksteal tests/unit tests/properties tests/policies

local: .venv/ready ops/emulator/.venv/ready ## deploy into an embedded AWS, play an incident, take it all away
	@$(RUN) -O -m ops local

acceptance: .venv/ready $(if $(filter 1,$(EMULATOR)),ops/emulator/.venv/ready) ## deploy to an account, check, destroy: PROFILE=NAME ACCOUNT=ID [CLEAN=1], or EMULATOR=1
	@$(RUN) -O -m ops acceptance --profile "$$PROFILE" --account "$$ACCOUNT" $(if $(filter 1,$(EMULATOR)),--emulator) $(if $(filter 1,$(CLEAN)),--clean)

lint: .venv/ready ## ruff and mypy
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@for folder in lambda_src/*/; do MYPYPATH=lambda_src $(RUN) -m mypy --strict $$folder; done

format: .venv/ready ## let ruff rewrite what it can
	@$(RUN) -m ruff check --fix-only .
	@$(RUN) -m ruff format .

package: .venv/ready ## write the archives of all functions into build/
	@$(RUN) -m ops package

schema: .venv/ready ## write config/schema.json for editors
	@$(RUN) -m ops schema

bench: .venv/ready ## measure speed and memory
	@$(RUN) -m tests.bench

lock: .tools/pipenv-$(PIPENV_VERSION) ## resolve the Pipfiles anew; the locks name no package index
	@for pipfile in Pipfile ops/*/Pipfile; do \
	  PIPENV_PIPFILE=$$pipfile $(PIPENV) --python $(PYTHON) lock; \
	  .tools/bin/python -c 'import json, pathlib, sys; p = pathlib.Path(sys.argv[1]); d = json.loads(p.read_text()); d["_meta"]["sources"] = []; [e.pop("index", None) for s in ("default", "develop") for e in d[s].values()]; p.write_text(json.dumps(d, indent=4, sort_keys=True) + "\n")' $$pipfile.lock; \
	done

clean: ## remove what was generated and installed
	@rm -rf .tools .venv ops/*/.venv .cache node_modules cdktf.out build
