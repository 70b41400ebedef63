# A fresh machine needs git, make, Python 3.11 or newer, and the network for the package registries.
#
#   make demo          a homeserver, a community and the bot on this machine (ONCE=1: play once, then end)
#   make test          lint, types, all tests (JOBS=0: one at a time; ARGS='-k …': for pytest)
#   make soak          the long tests: crashes, crowds, backlogs (about an hour; each prints its figure)
#   make bench         how fast the bot is, as ratios to bare requests; what it finds (long; on a quiet machine)
#   make lint          ruff and mypy alone
#   make lock          choose the versions anew: requirements/*.txt, package-lock.json
#   make clean         remove what make made

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MARK := $(VENV)/.make
CLIENT := swsmatrix/demo/client
ARGS ?=
# Most of the time tests wait for a homeserver; more than four at once would wait for the processor.
JOBS ?= auto

# Elsewhere than on Linux Synapse is built from source, with what its own build asks for.
ISOLATION := $(if $(filter Linux,$(shell uname -s)),--no-build-isolation)
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test soak bench lint format lock clean

help:
	@sed -n 's/^#   make/  make/p' Makefile

demo: $(MARK)/demo
	@$(BIN)/swsmatrix demo $(if $(filter-out 0,$(ONCE)),--once) $(ARGS)

test: lint
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --maxprocesses 4 --dist worksteal $(ARGS)

# One at a time: their figures would otherwise be those of the machine.
soak: $(MARK)/dev
	@$(BIN)/python -m pytest -m soak -s tests/faults tests/scenario/test_crash.py $(ARGS)

bench: $(MARK)/dev
	@for one in warning flood private_room identifying find; do $(BIN)/python -m benchmarks.$$one; done

lint: $(MARK)/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(MARK)/dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(CLIENT)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---- Installing. Every file is named by its hash; nothing else is fetched. ----

$(MARK)/venv:
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "This needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
		echo "If there is a newer one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) comes without venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(MARK)
	@touch $@

# $(call install,words,pip's arguments): one line that moves while it works; all of it when it fails.
define install
	@echo "$(1) …"
	@$(PIP) install --no-deps --no-input $(2) 2>&1 | tee $(MARK)/pip.log | awk \
		'/^Collecting|^Building|^Installing/ { printf "\r\033[K  %s %s", $$1, $$2; fflush() } END { printf "\r\033[K" }' \
		|| { cat $(MARK)/pip.log; exit 1; }
endef

$(MARK)/build: requirements/build.txt | $(MARK)/venv
	$(call install,installing what building needs,--require-hashes -r requirements/build.txt)
	@touch $@

$(MARK)/demo-packages: requirements/demo.txt $(MARK)/build
	$(call install,installing the packages of the demo (once; about a minute),$(ISOLATION) --require-hashes -r requirements/demo.txt)
	@touch $@

$(MARK)/dev-packages: requirements/dev.txt $(MARK)/build
	$(call install,installing the packages of the tests (once; about a minute),$(ISOLATION) --require-hashes -r requirements/dev.txt)
	@touch $@

$(MARK)/demo: pyproject.toml $(CLIENT)/package-lock.json $(MARK)/demo-packages
	$(install-ourselves)
	@touch $@

$(MARK)/dev: pyproject.toml $(CLIENT)/package-lock.json $(MARK)/dev-packages
	$(install-ourselves)
	@touch $@

define install-ourselves
	$(call install,installing swsmatrix,--no-index --no-build-isolation -e .)
	@$(BIN)/python -m swsmatrix.demo.node
endef

# ---- Choosing versions. The tests' come first; the others must agree with them. ----

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock" $(LOCK_ARGS)

lock: $(MARK)/dev
	@$(COMPILE) pyproject.toml --extra demo --extra dev --group build -o requirements/dev.txt >/dev/null
	@$(COMPILE) pyproject.toml --extra demo -c requirements/dev.txt -o requirements/demo.txt >/dev/null
	@$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt >/dev/null
	@$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt >/dev/null
	@cd $(CLIENT) && PATH="$(abspath $(BIN)):$$PATH" npm install --package-lock-only --silent
	@! grep -n '://' requirements/*.txt || { echo "addresses got into the locks"; exit 1; }
	@$(BIN)/python -c 'import json, sys; p = sys.argv[1]; lock = json.load(open(p)); \
		[one.pop("funding", None) for one in lock["packages"].values()]; \
		open(p, "w").write(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")' $(CLIENT)/package-lock.json
	@! grep -nE '://|"resolved"' $(CLIENT)/package-lock.json || { echo "addresses got into the lock"; exit 1; }
