# Everything a developer does; `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Tests start hundreds of processes that import this package: each would compile it anew where bytecode is not kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run install package test unit browser soak hostile large further properties nightly smoke check lint types imports format bench compare mutants screenshots clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

$(STAMP): requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(STAMP)

install: $(STAMP) ## Create the environment and install everything

run: $(STAMP) ## Start the app
	$(BIN)/python -m streamlit run app.py

# Those without a kernel or a browser do not mind others beside them, most of those with a kernel not one other; each of
# the rest has the machine for itself.
EVERY := not soak and not nightly
BESIDE := not kernel and not browser and $(EVERY)
PAIRED := kernel and not browser and not alone and $(EVERY)
ALONE := (browser or alone) and $(EVERY)

# Threads of libraries for numbers, several of them in each of several tests, would keep two processors busy waiting.
test: export OMP_NUM_THREADS := 1
test: export OPENBLAS_NUM_THREADS := 1
test: $(STAMP) ## Install, find a browser and run the whole test suite
	@sh scripts/find-browser
	@ended=0; \
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "$(BESIDE)" || ended=1; \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "$(PAIRED)" || ended=1; \
	$(BIN)/python -m pytest -m "$(ALONE)" || ended=1; \
	exit $$ended

unit: $(STAMP) ## The tests that need neither a kernel nor a browser
	$(BIN)/python -m pytest -m "not kernel and not browser" -q

browser: $(STAMP) ## The browser tests only
	@sh scripts/find-browser
	$(BIN)/python -m pytest -m browser

soak: $(STAMP) ## A thousand cells, a hundred interrupts, fifty kills, fifty floods (ten minutes)
	$(BIN)/python -m pytest -m soak tests/kernels/test_soak.py

hostile: $(STAMP) ## Attempts to get past the app's own hands, many times over (ten minutes)
	LCI_TEST_TRIES=200 $(BIN)/python -m pytest --timeout 1200 tests/hostile tests/e2e/test_hostile_outputs.py tests/e2e/test_foreign_pages.py

large: $(STAMP) ## A gigabyte through the browser and one in place, in bounded memory
	LCI_TEST_UPLOAD_MB=1000 $(BIN)/python -m pytest --timeout 600 tests/e2e/test_files_tab.py -k a_large_file

further: $(STAMP) ## The cases of tests that try only a few of theirs for every change
	@sh scripts/find-browser
	$(BIN)/python -m pytest -m nightly

properties: $(STAMP) ## All examples of the tests that draw theirs
	LCI_TEST_EXAMPLES=all $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "hypothesis and not kernel"

nightly: soak hostile large further properties ## What takes too long for every change; docs/quality.md holds the last results

smoke: $(STAMP) ## Try a real server of models: MODEL=… BASE_URL=… [KEY=…]
	$(BIN)/python -m scripts.smoke

check: lint types imports ## Lint, types and import contracts

lint: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(STAMP)
	$(BIN)/python -m mypy

imports: $(STAMP)
	$(BIN)/lint-imports

format: $(STAMP) ## Format the code
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

package: $(STAMP) ## Build the wheel and the source archive into dist/
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist

bench: $(STAMP) ## Measure the budgets beside raw references and print a table
	@sh scripts/find-browser
	$(BIN)/python -m pip install --quiet "polars>=1,<2"
	$(BIN)/python -m benchmarks

compare: $(STAMP) ## The same jobs by Open Interpreter, smolagents, bare jupyter_client and ours; installs the first two
	$(BIN)/python -m benchmarks.compare

mutants: $(STAMP) ## How many of 600 one-line changes the nearest tests notice (SAMPLE=…, SEED=…, JOBS=…)
	$(BIN)/python -m pip install --quiet "cosmic-ray>=8.7,<9" "pytest-cov>=7,<8"
	$(BIN)/python -m scripts.mutants --sample $(or $(SAMPLE),600) --seed $(or $(SEED),1) --jobs $(or $(JOBS),1)

screenshots: $(STAMP) ## Write docs/images
	@sh scripts/find-browser
	$(BIN)/python -m scripts.screenshots

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
