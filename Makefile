# Tandem. `make run` and `make test` need python3 (3.11 or newer), pip, make and git; the rest is fetched into this folder.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := .make

.DEFAULT_GOAL := help
.PHONY: help run run-real test lint bench install messages lock clean

help: ## What can be made here
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: install ## Start the platform with the sample world on PORT (8000)
	@sh .ci/system pdf
	@PORT=$(PORT) $(BIN)/tandem serve --with-worker --with-sample

run-real: install ## Start the platform with the world made from the public data sets
	@sh .ci/system pdf
	@PORT=$(PORT) TANDEM_VAR=var/real $(BIN)/python -m tests.real.serve

test: install lint ## Run every test: rules, both databases, a real browser, the command line
	@sh .ci/system pdf browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: install ## Check style, types and who may import what
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: install ## Measure against named peers and write tests/benchmarks/RESULTS.md
	@sh .ci/system pdf
	$(BIN)/python -m tests.benchmarks

install: $(STAMP)/installed $(STAMP)/translated ## Install everything into .venv

$(STAMP)/installed: requirements-dev.lock pyproject.toml
	@mkdir -p $(STAMP)
	@sh .ci/install $(PYTHON) $(VENV)
	@touch $@

$(STAMP)/translated: $(STAMP)/installed app/translations/zh/LC_MESSAGES/messages.po
	@$(BIN)/pybabel -q compile -d app/translations
	@touch $@

messages: $(STAMP)/installed ## Collect new texts into the translation files
	$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k N_ --no-location --sort-output --project=Tandem -o app/translations/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --omit-header -i app/translations/messages.pot -d app/translations -l zh

lock: ## Resolve the dependencies anew into the lock files
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev --group bench -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## Remove what was installed here, but not the database and files in var
	rm -rf $(VENV) .tools $(STAMP) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build
