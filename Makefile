# Every command a newcomer needs. Shells out to Python so that it works from a path with spaces.
PORT ?= 8000
HOST ?= 127.0.0.1
VAR ?= var
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export VAR
# a start has a dozen processes: compiled files are kept, also where the environment would have each compile anew
export PYTHONDONTWRITEBYTECODE :=

# two workers, each with servers of its own; which gets what: tests/spreading.py
SIDE_BY_SIDE := --numprocesses 2

.PHONY: help install run test prove sabotage lint sample handbook
help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; $(PYTHON) is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")'

$(VENV)/.installed: requirements.txt | check-python
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## install the pinned dependencies into .venv

run: install ## start everything on http://127.0.0.1:PORT (PORT=8000 VAR=var)
	@exec $(BIN)/python manage.py serve --host "$(HOST)" --port "$(PORT)"

test: $(VENV)/.installed-dev ## run every test (installs a Chromium for the journeys where it may)
	@sh .ci/browser
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

prove: $(VENV)/.installed-dev ## the full figures of the promises, for a release
	@sh .ci/browser
	@PROVE=1 $(BIN)/python -m pytest $(SIDE_BY_SIDE)

sabotage: $(VENV)/.installed-dev ## break each promise on purpose and see that its test turns red
	@$(BIN)/python -m tests.sabotage.run

lint: $(VENV)/.installed-dev ## format, lint, types, floors, migrations
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python manage.py makemigrations --check --dry-run

handbook: $(VENV)/.installed-dev ## take the pictures of docs/handbook anew, with the journeys that walk the pages
	@sh .ci/browser
	@HANDBOOK=1 $(BIN)/python -m pytest tests/journeys/test_handbook.py tests/workflow/test_handbook.py

sample: install ## build samples/programme-2012.xlsx anew
	@$(BIN)/python samples/build_programme.py

CASES ?= 10000 100000
bench: install ## measure the engine beside raw SQL (CASES="10000 100000 1000000"), on databases of its own
	@for n in $(CASES); do $(BIN)/python manage.py bench approve queue sweep --cases $$n --workers 1 8 --json || exit 1; done
