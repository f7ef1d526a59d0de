# Two commands do everything on a machine with only Python 3.11+ and make:
#   make try    install, then read the bundled samples
#   make test   install, then run the tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: try test check bench samples clean

try: $(VENV)/.installed
	$(BIN)/formreader read samples/*.jpg

test: $(VENV)/.developed
	$(BIN)/python -m pytest -q

check: $(VENV)/.developed
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_floors.py tests/test_public.py

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/speed.py

samples: $(VENV)/.installed
	$(BIN)/python samples/draw.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.developed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
