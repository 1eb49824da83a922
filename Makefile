# The two that matter: `make lab` opens the course, `make test` runs every check. Both set everything up first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Options for JupyterLab, as in `make lab LAB=--no-browser`.
LAB ?=
# In CI the exact versions of constraints.txt are installed; everybody else gets what pip finds best.
CONSTRAINTS := $(if $(CI),-c constraints.txt)

.PHONY: setup system lab test lint notebooks bench clean
.DEFAULT_GOAL := setup

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is older: try 'make PYTHON=python3.12'."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(CONSTRAINTS) --editable ".[lab,grading,dev]"
	@touch $@

# The two programs that tests use beside Python: a browser, and the sandbox of graded submissions. Installed where that
# needs no password (a container, CI); elsewhere their tests are skipped and say so.
system:
	@for program in chromium bwrap; do \
	  command -v $$program > /dev/null && continue; \
	  package=$$(echo $$program | sed s/bwrap/bubblewrap/); \
	  if command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ]; then \
	    { apt-get install --yes --quiet $$package || { apt-get update --quiet && apt-get install --yes --quiet $$package; }; } \
	      > /dev/null 2>&1 && continue; \
	  fi; \
	  echo "There is no $$program here, so its tests are skipped. On Debian: sudo apt-get install $$package"; \
	done

lab: setup
	$(BIN)/jupyter lab $(LAB) notebooks

test: setup system
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

notebooks: setup
	$(BIN)/learntools notebooks

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf build .pytest_cache .ruff_cache $(VENV)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
