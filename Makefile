# The two commands are `make demo` and `make test`; each sets up what it needs first. See README.md.
# Only relative paths here: the checkout may lie in a folder with a blank in its name.

.DEFAULT_GOAL := help
.PHONY: help setup test soak demo drill bench check-documents lock clean
ARGS ?=

help:
	@echo "make demo               play the samples through the whole pipeline, and stay up until Ctrl-C"
	@echo "make demo ARGS=--once   the same, and stop by itself"
	@echo "make test               every test and check (ARGS go to pytest)"
	@echo "make soak               thousands of runs of the stateful machine, each time others (RUNS=2000 SEED=)"
	@echo "make drill              ten minutes of every fault against a product of its own, then the audit and a report"
	@echo "make bench              the benchmarks"
	@echo "make check-documents    every paper of the samples and the recorded stream, by all validators"
	@echo "make setup              only what the others need: .venv with the locked packages"
	@echo "make lock               resolve pyproject.toml anew into requirements.lock"
	@echo "make clean              remove .venv and caches"

setup:
	@sh scripts/setup.sh

test: setup
	@exec .venv/bin/python -m pytest $(ARGS)

RUNS ?= 2000
soak: setup
	@SOAK_RUNS=$(RUNS) SOAK_SEED=$(SEED) exec .venv/bin/python -m pytest -q -n 0 tests/scenarios/test_scenario_machine.py -k thousands $(ARGS)

demo: setup
	@exec .venv/bin/partnershop demo $(ARGS)

drill: setup
	@exec .venv/bin/partnershop drill $(ARGS)

bench: setup
	@exec .venv/bin/python -m benchmarks $(ARGS)

check-documents: setup
	@exec .venv/bin/python tests/check_documents.py $(ARGS)

lock: setup
	@sh scripts/lock.sh $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -type d -name __pycache__ -prune -exec rm -rf {} +
