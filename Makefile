# Everything is set up on the way: Python 3.11 or newer, git and make are all that a machine needs.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
ARGS ?=
LOCK := uv.lock pyproject.toml $(wildcard plugins/*/pyproject.toml) tools/environment.py

# What Python compiles is kept, out of the tree: without it every process takes twice as long to start.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/bytecode

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo web apitypes screens test prove lint types format matrix bench audit sbom clean

help: ## Show this list
	@echo "make TARGET [ARGS='...']"
	@sed -n 's/^\([a-z]*\):[^#]*## /  \1\t/p' Makefile | expand -t 12
	@echo
	@echo "  PIRWA_DATA (./var), PIRWA_HOST (127.0.0.1) and PIRWA_PORT (8000) say where the demo lives."
	@echo "  PIRWA_TEST_DATABASE_URL runs the tests on an external PostgreSQL 15 or newer."
	@echo "  PYTHON names the Python to use if none of those found by name is 3.11 or newer."

setup: .venv/.synced ## Make or refresh the private environment in .venv

demo: web ## Fill the demo companies and serve them (ARGS go to "pirwa demo")
	@.venv/bin/pirwa demo $(ARGS)

web: setup ## Build the web application in apps/web, if its sources have changed
	@.venv/bin/python tools/web.py build

apitypes: setup ## Write the types that the web application knows the API by anew
	@.venv/bin/python tools/web.py types

screens: web ## Take the pictures of docs/web.md anew, of freshly filled demo companies (ARGS name some)
	.venv/bin/python tools/screens.py $(ARGS)

test: lint $(if $(ARGS),types) web ## Check style, imports and types, and run the tests (ARGS go to pytest, such as "-k transfer")
	.venv/bin/python tools/tests.py $(ARGS)

prove: lint types web ## Try every promise of docs/promises.md in full, up to an hour (ARGS go to pytest, such as "--promise B2")
	.venv/bin/python tools/prove.py $(ARGS)

lint: setup ## Check style, formatting and the import rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: setup ## Check the types
	.venv/bin/mypy

format: setup ## Format the code and sort its imports
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

matrix: setup ## Write the table of who may do what anew (tests/matrix/authorisation.csv); review its difference
	PIRWA_TEST_REWRITE_MATRIX=1 .venv/bin/python -m pytest tests/matrix $(ARGS)

bench: .venv/.synced-bench ## Measure against the targets; the results go to bench/out/latest.json
	.venv/bin/python -m bench $(ARGS)

audit: setup ## Ask the advisory databases about every locked package
	@.venv/bin/python tools/supply_chain.py audit

sbom: setup ## List what the product is made of, in CycloneDX, in dist/
	@.venv/bin/python tools/supply_chain.py sbom

clean: ## Remove the environment and all caches, never the data in ./var
	rm -rf .venv .tools .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	rm -rf apps/web/dist apps/web/node_modules apps/web/tools/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.synced: $(LOCK)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Pirwa needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@"$(PYTHON)" tools/environment.py
	@touch $@

.venv/.synced-bench: .venv/.synced
	@"$(PYTHON)" tools/environment.py --group bench
	@touch $@
