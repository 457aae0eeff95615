PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help report test test-all lint bench
help: ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'
report: .venv ## set up, then check the seed corpus
	$(BIN)/corpusqa report seeds/ --config seeds/corpusqa.toml
test: .venv ## set up, then run the tests that need nothing else on the machine
	$(BIN)/pytest -n auto --dist loadfile
test-all: .venv ## the slow, browser and cluster tests as well
	$(BIN)/pytest -m "browser or cluster or slow or not slow"
lint: .venv ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
bench: .venv ## measure speed against the baselines in benchmarks/
	$(BIN)/python benchmarks/run.py

.venv: pyproject.toml constraints.txt # run again when an entry point or a pin changes
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch .venv
