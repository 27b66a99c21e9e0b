# Two commands on a fresh machine that has Python, make and git: `make report` and `make test`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.set-up
STUDY  ?= city_bank_strategies
ARGS   ?=

# Without .pyc files every start of a notebook's kernel compiles its libraries anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE
# An environment that happens to be active must not be the one that is filled.
unexport VIRTUAL_ENV
unexport CONDA_PREFIX

.DEFAULT_GOAL := help
.PHONY: help setup report example test verify lint format docs bench setup-browser lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv from the lock file; nothing to do when it is up to date

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV); the first time takes about a minute."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.6,<1' \
		|| echo "uv could not be installed; pip does its work, only slower."
	@if $(BIN)/python -m uv --version >/dev/null 2>&1; then \
		$(BIN)/python -m uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock && \
		$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@

report: setup ## run the main job: compare the strategies of STUDY and write reports/STUDY/index.html
	@$(BIN)/simkit report $(STUDY) $(ARGS)

example: setup ## rebuild reports/example, the one report that is kept in git, and the picture of README.md
	@$(BIN)/python -m tests.example

test: setup ## run the tests, without the slow ones
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile -m "not slow" $(ARGS)

verify: setup ## run the slow tests
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile -m slow $(ARGS)

lint: setup ## check style, types, layers and that notebooks are stored without outputs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/nbstripout --verify notebooks/*.ipynb

format: setup ## let the tools correct what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/nbstripout notebooks/*.ipynb

docs: setup ## write docs/parameters.md from the schema and the shipped scenario, docs/coverage.md from the tests
	@$(BIN)/simkit parameters city_bank > docs/parameters.md
	@$(BIN)/python -m tests.mechanisms.coverage > docs/coverage.md

bench: setup ## measure speed against the reference implementations
	@$(BIN)/python -m benchmarks $(ARGS)

setup-browser: ## install what tests of documents open them with: Chromium, LibreOffice, poppler (Debian, as root)
	@missing=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
	for package in libreoffice-impress libreoffice-calc; do \
		if command -v dpkg-query >/dev/null; then \
			dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q ' installed' || missing="$$missing $$package"; \
		else \
			command -v soffice >/dev/null || missing="$$missing $$package"; \
		fi; \
	done; \
	command -v pdftotext >/dev/null || missing="$$missing poppler-utils"; \
	if [ -z "$$missing" ]; then \
		echo "A browser, LibreOffice and poppler are there."; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq || true; \
		for package in $$missing; do \
			DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$package >/dev/null \
				|| echo "$$package could not be installed; tests that need it are skipped."; \
		done; \
	else \
		echo "Install$$missing to run the tests that open documents; without it they are skipped."; \
	fi

lock: setup ## resolve pyproject.toml anew into requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.6,<1'
	@$(BIN)/python -m uv pip compile pyproject.toml --python $(BIN)/python --quiet --extra dev --upgrade --universal \
		--generate-hashes --no-header --output-file requirements.lock

clean: ## remove .venv and every cache; reports stay
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find simkit tests benchmarks notebooks -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} + 2>/dev/null || true
