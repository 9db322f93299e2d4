# The same targets for people and for CI. `make` alone lists them.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup browser tools demo test test-long lint format lock clean

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LINKED := $(VENV)/.linked
COMPILED := $(VENV)/.compiled

# Processes of the tests: two more than processors, as many tests wait for servers and browsers.
WORKERS ?= $(shell expr $$(nproc) + 2)

# The first Python on PATH that Markhound runs on; PYTHON=... on the command line overrides it.
IN_RANGE := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python $(IN_RANGE) 2>/dev/null && echo $$python && break; done)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(COMPILED) ## Make .venv from requirements.lock and install Markhound into it, editable

$(INSTALLED): requirements.lock
	@if ! [ "$(PYTHON)" ] || ! $(PYTHON) $(IN_RANGE); then \
		echo "Markhound needs Python 3.11, 3.12 or 3.13. Found: $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
		echo "With another one: make setup PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/need-packages "make setup" python3-venv
	@echo "Making $(VENV) with $$($(PYTHON) --version); the first time takes about a minute."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes \
		-r requirements.lock
	@touch $@

$(LINKED): $(INSTALLED) pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Else the first search would wait for it, and every command for its own sources where Python may not
# keep what it compiled (PYTHONDONTWRITEBYTECODE). What is compiled lies beside its sources.
ROOMS := console crawler matchers pipelines spiders
$(COMPILED): $(LINKED) $(shell find $(ROOMS) settings.py -name '*.py')
	@$(BIN)/python -m compileall -q $(ROOMS) settings.py
	@$(BIN)/python -m console.compiling
	@touch $@

browser: setup ## Get Chromium and a Chinese font, unless they are there
	@$(BIN)/python -c 'import sys; from crawler.render import find_chromium; sys.exit(not find_chromium())' \
		|| .ci/need-packages "rendering pages" chromium-headless-shell fonts-noto-cjk
	@$(BIN)/python -c 'import sys; from crawler.fonts import find_fonts; sys.exit(not any(find_fonts()))' \
		|| .ci/need-packages "Chinese text in pictures" fonts-noto-cjk
	@$(BIN)/playwright --version >/dev/null 2>&1 \
		|| .ci/need-packages "the driver of Playwright" libatomic1

tools: ## Get what the real shops of the tests need: npm and a locale
	@command -v npm >/dev/null || .ci/need-packages "the real shops of the tests" npm
	@.ci/need-locale

demo: setup ## Sweep the sample shop; needs neither a browser nor the internet
	@$(BIN)/markhound --workspace markhound-demo demo

test: lint browser tools ## Everything that must hold: format, lint, types, tests
	$(BIN)/pytest -m "not long" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: setup browser tools ## The long forms of the tests
	$(BIN)/pytest -m long

lint: $(LINKED) ## Format, lint and types, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(LINKED) ## Format the sources and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Pins stay as they are where they still fit; UPGRADE=--upgrade takes the newest.
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 $(UPGRADE)
lock: $(LINKED) ## Write the lock files anew after a change of dependencies
	$(COMPILE) --all-extras pyproject.toml -o requirements.lock
	$(COMPILE) tests/servers/oscar.in -o tests/servers/oscar.lock
	$(COMPILE) tests/servers/cartridge.in -o tests/servers/cartridge.lock

clean: ## Remove everything that was made here, the demo's workspace too
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis markhound-demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
