# Everything that CI and a developer run. `make` alone tells what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVER := $(VENV)/.server
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# The server runs from its folder: to install the dependencies alone saves the building of a package, a quarter of the time.
DEPENDENCIES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")
# Tests wait for processes half of their time: two workers for each core, and one more, leave none of them idle.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN) + 1)
ARGS ?=

# A virtual environment without the mark of the server is that of an attempt that failed, perhaps of another Python.
define CREATE
@[ -f $(SERVER) ] || command -v $(PYTHON) >/dev/null || { \
	echo 'make: there is no $(PYTHON); name a Python, 3.11 or newer: make $(MAKECMDGOALS) PYTHON=...' >&2; exit 1; }
@[ -f $(SERVER) ] || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "make: $(PYTHON) is $$($(PYTHON) --version 2>&1), and 3.11 or newer is needed: make $(MAKECMDGOALS)" \
	'PYTHON=python3.12, for example' >&2; exit 1; }
@[ -f $(SERVER) ] || $(PYTHON) -m venv --clear $(VENV)
endef

.DEFAULT_GOAL := help
.PHONY: help install run unit test check check-js typed guide system-test pictures schemathesis conformance bench bench-page bench-journal bench-sandboxes mutants versions prove clean

help: ## Print this
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## Set up .venv with the pinned dependencies of everything

$(STAMP): pyproject.toml constraints.txt
	$(CREATE)
	@echo 'Setting up $(VENV) with everything (once; about half a minute)'
	@$(PIP) --config-settings editable_mode=compat -e '.[dev]'
	@touch $(SERVER) $@

$(SERVER): pyproject.toml constraints.txt
	$(CREATE)
	@echo 'Setting up $(VENV) with the server (once; about a quarter of a minute)'
	@$(BIN)/python -c '$(DEPENDENCIES)' > $(VENV)/server.txt
	@$(PIP) -r $(VENV)/server.txt
	@touch $@

run: $(SERVER) ## Serve the mock (HOST=, PORT=, ARGS='--log-format text')
	@exec $(BIN)/python -m mockserver serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) $(ARGS)

unit: $(STAMP) ## Run the unit tests: half a minute
	$(BIN)/python -m pytest -n auto -q tests/unit

test: $(STAMP) ## Run the tests that need nothing but pip: 8 minutes on two cores
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

check: $(STAMP) ## Lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-js: ## Types and style of clients/js (needs npm)
	cd clients/js && npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error
	mkdir -p clients/js/types/contracts && cd clients/js && npm run -s contracts && npm run -s check

typed: $(STAMP) ## Apply openapi/clients.overlay.yaml, and write openapi/audiences.typed.json
	$(BIN)/python -m tests.harness.typed_contract

guide: $(STAMP) ## Write /llms.txt and the guide that the server serves anew, from README and docs
	$(BIN)/python -m tests.harness.guide

system-test: $(STAMP) ## Run the tests that need programs from Debian
	tests/system/run

pictures: $(STAMP) ## Write pictures of the console to build/pictures, or to FOLDER=
	$(BIN)/python -m pytest -q tests/system/test_console_story.py --pictures $(or $(FOLDER),build/pictures)

schemathesis: $(STAMP) ## Plain `schemathesis run` over both contracts, all checks and phases, on servers started for it
	$(BIN)/python -m tests.system.schemathesis_run

conformance: $(STAMP) ## Run the conformance suite on URL= and STATES=, or on a server started for it
ifdef URL
	$(BIN)/audience-conformance run --base-url $(URL) --states-url $(STATES) --seed 1 $(ARGS)
else
	$(BIN)/python -m tests.system.conformance_run --seed 1 $(ARGS)
endif

bench: $(STAMP) ## Measure the server beside others (ARGS='--targets starlette,ours --paths 200 --rounds 3'; PEERS=1 adds those from npm)
	$(BIN)/python -m tests.bench $(ARGS)

bench-page: $(STAMP) ## Measure everything, and write docs/performance.md: half an hour, and nothing else may run
	$(BIN)/python -m tests.bench --peers --stores memory,sqlite,postgresql,sqlite-relaxed,postgresql-relaxed --json build/bench.json $(ARGS)
	$(BIN)/python -m tests.bench.page build/bench.json

bench-journal: $(STAMP) ## Measure what the journal costs, and its memory (ARGS='--requests 1000000')
	$(BIN)/python -m tests.bench.journal $(ARGS)

bench-sandboxes: $(STAMP) ## Measure a thousand sandboxes made, used and deleted
	$(BIN)/python -m tests.bench.sandboxes $(ARGS)

mutants: $(STAMP) ## Run the whole suite on every mutant of the server, and print which requirement kills which
	$(BIN)/python -m tests.mutants.matrix $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m tests.mutants.combinations)

versions: $(STAMP) ## Run tests with the oldest and with the newest dependencies that are allowed (ARGS=oldest)
	$(BIN)/python -m tests.system.versions_run $(ARGS)

prove: $(STAMP) ## Run in full what `make test` samples: hours, told beforehand
	@PROVE=1 $(BIN)/python -m tests.harness.prove_plan
	PROVE=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q
	$(MAKE) mutants
	$(MAKE) schemathesis
	$(MAKE) versions

clean: ## Remove what was made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis .audience-conformance
