# Two commands do everything on a machine with only Python 3.11+ and make:
#   make try    install, then read the bundled samples
#   make test   install, then run the tests
# Both install the versions that the tests were run with; `make try CONSTRAINTS=` takes the newest that fit instead.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CONSTRAINTS ?= constraints.txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
CHECKED := src tests hatch_build.py $(wildcard benchmarks samples notebooks docs release)

.PHONY: try test test-cluster check format fuzz bench bench-threads bench-batch samples notebooks clean test-sturdy \
	test-service lock package sbom images docs tutorials pictures readme

try: $(VENV)/.installed
	$(BIN)/formreader read samples/*.jpg

# A file's tests stay together, on as many cores as there are, four at most: each has its readers in memory.
TOGETHER := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test: $(VENV)/.developed
	$(BIN)/python -m pytest -q $(TOGETHER)

# A Ray cluster of two nodes on this machine, one of which is lost half-way: a minute of its own.
test-cluster: $(VENV)/.developed
	$(PIP) --editable '.[ray]'
	FORMREADER_TEST_CLUSTER=1 $(BIN)/python -m pytest -q tests/batch/test_ray.py

# The service as it is meant to hold: 10,000 requests of nonsense, 200 submissions at 20 a second, ten kills. Minutes.
test-service: $(VENV)/.developed
	FORMREADER_FUZZ=10000 FORMREADER_LOAD=200 FORMREADER_ALONE=1 \
		$(BIN)/python -m pytest -q -s tests/service/test_fuzz.py tests/service/test_work.py tests/service/test_pages.py

# A hundred kills of batches and reviewers on each database, two hundred damaged stores: half an hour.
test-sturdy: $(VENV)/.developed
	FORMREADER_TEST_LONG=1 $(BIN)/python -m pytest -q tests/store/test_kills.py tests/store/test_damage.py tests/cli/test_batch_process.py

check: $(VENV)/.developed
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_floors.py tests/test_public.py

# Mutated files of every kind, read in processes with limits on time and memory (10,000 take about an hour).
FUZZ ?= 10000
fuzz: $(VENV)/.developed
	$(BIN)/python tests/fuzz/run.py --inputs $(FUZZ)

# Pages of every kind on eight threads, held against reading them one by one.
bench-threads: $(VENV)/.developed
	$(BIN)/python benchmarks/threads.py

format: $(VENV)/.developed
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

# Beside Tesseract, which must be installed, and `make bench OMRCHECKER=path OMRCHECKER_PYTHON=venv/bin/python`
# beside a checkout of OMRChecker, whose requirements that interpreter has.
OMRCHECKER_PYTHON ?= $(BIN)/python
bench: $(VENV)/.installed
	mkdir -p build/bench
	$(BIN)/python benchmarks/recognise.py --json build/bench/recognise.json
	$(BIN)/python benchmarks/decode.py
	$(BIN)/python benchmarks/speed.py --json build/bench/speed.json
	$(BIN)/python benchmarks/peers.py --json build/bench/peers.json $(if $(OMRCHECKER),--omrchecker $(OMRCHECKER) --omrchecker-python $(OMRCHECKER_PYTHON))

# README's accuracy tables, measured again: `make readme PHOTOS=photos/truth.json GLYPHS=glyphs`.
readme: $(VENV)/.installed
	$(BIN)/python benchmarks/readme.py $(PHOTOS) $(GLYPHS)

# A batch of BATCH photographs from end to end, as a night would send them (2,000 take about half an hour).
BATCH ?= 2000
bench-batch: $(VENV)/.developed
	$(BIN)/python benchmarks/batch.py --sheets $(BATCH)

samples: $(VENV)/.installed
	$(BIN)/python samples/draw.py

# Executed where they stand, so that their tables and pictures are those of this checkout.
notebooks: $(VENV)/.developed
	$(BIN)/python notebooks/execute.py notebooks/*.ipynb

# The site, with every link in it followed, to build/site.
docs: $(VENV)/.developed
	$(BIN)/mkdocs build --strict --site-dir $(CURDIR)/build/site

# The tutorials run again, what their commands print put into them.
tutorials: $(VENV)/.developed
	$(BIN)/python docs/tutorials.py docs/tutorials/*.md

# The pictures of the forms that the site shows.
pictures: $(VENV)/.developed
	$(BIN)/python docs/pictures.py

# The newest versions that pyproject.toml allows, of everything, for every Python that it names.
lock: $(VENV)/.developed
	$(BIN)/uv pip compile --quiet --upgrade --universal --all-extras --python-version 3.11 --no-emit-index-url \
		--no-annotate --custom-compile-command 'make lock' pyproject.toml --output-file constraints.txt

# What is uploaded: sdist, the wheel built from it, held against what an index asks; docs/releasing.md.
package: $(VENV)/.developed
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*
	FORMREADER_TEST_PACKAGE=1 $(BIN)/python -m pytest -q tests/packaging

# The bill of materials (CycloneDX) of what the wheel brings, models included: dist/sbom.json.
sbom: package
	rm -rf build/sbom && $(BIN)/uv venv --quiet build/sbom
	$(BIN)/uv pip install --quiet --python build/sbom --constraint constraints.txt dist/*.whl
	$(BIN)/python release/sbom.py build/sbom/bin/python dist/sbom.json

# Both images of the Dockerfile, where docker, podman or buildah is; BASE=IMAGE for another one to build on.
images:
	release/images.sh $(BASE)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

# A stamp is touched last, so an installation that was cut off is done again.
$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml $(CONSTRAINTS)
	@echo "installing formreader into $(VENV), once (a minute)"
	$(PIP) --editable .
	touch $@

$(VENV)/.developed: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	touch $@
