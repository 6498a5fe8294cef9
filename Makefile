# `make dev` runs TTA, `make test` proves it. Both make the environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Bytecode is kept whatever the environment says: else each process that a test starts compiles all of TTA again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: dev test check style types types-of-tests soak bench contract lock clean

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("TTA needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

dev: $(STAMP)
	@$(BIN)/tta dev

check: $(STAMP)
	@$(MAKE) --no-print-directory --jobs=2 style types types-of-tests

style: $(STAMP)
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench

types: $(STAMP)
	$(BIN)/mypy

types-of-tests: $(STAMP)
	$(BIN)/mypy --config-file tests/mypy.ini

test: check
	$(BIN)/python -m pytest -m "not soak" -n auto --dist loadgroup --no-loadscope-reorder --max-worker-restart 0

soak: $(STAMP)
	$(BIN)/python -m pytest -m "soak or hypothesis" --hypothesis-profile=soak -s

bench: $(STAMP)
	$(BIN)/python -m bench

contract: $(STAMP)
	$(BIN)/python -m tta.http.openapi > docs/openapi.json
	$(BIN)/python -m tta.http.sessions.stream_contract > docs/asyncapi.json
	$(BIN)/python -m tta.http.edge.problems > docs/problems.md

lock: # needs uv on the PATH
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev --group bench pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache dist build
