# The verbs of this repository. `make demo` and `make test` set up their own environment in .venv.

SHELL := /bin/bash -o pipefail
PYTHON ?= python3
BUNDLE ?= breast_us

# A folder of wheels to set up from, on a machine without a network: `make setup WHEELS=wheels`. Made on one with it:
# `python3.11 -m pip download -r requirements-dev.txt -d wheels`.
WHEELS ?=

python := .venv/bin/python
configs := bundles/$(BUNDLE)/configs
run := $(python) -m monai.bundle run --config_file

# The published layout in which a bundle's phantoms are written.
phantoms_breast_us := busbra

# Small enough for six minutes on two cores; everything else is as in train.json.
demo_knobs := --image_size "[96,96]" --max_epochs 15 --batch_size 16

.PHONY: setup demo test test-slow check fix bench browser ci

setup: .venv/ready

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'error: Python 3.11 is needed; give PYTHON=python3.11'"
	$(PYTHON) -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check $(addprefix --no-index --find-links ,$(WHEELS)) -r requirements-dev.txt
	touch $@

demo: setup
	@if [ ! -e data/$(BUNDLE) ]; then set -e; \
		[ -e data/$(BUNDLE)_phantoms ] || \
			$(python) scripts/phantoms.py $(phantoms_$(BUNDLE)) data/$(BUNDLE)_phantoms --patients 200 --difficulty 0; \
		$(python) scripts/prepare.py $(phantoms_$(BUNDLE)) data/$(BUNDLE)_phantoms --out data/$(BUNDLE); \
	fi
	$(run) $(configs)/train.json $(demo_knobs)
	$(run) "['$(configs)/train.json','$(configs)/evaluate.json']"
	$(run) $(configs)/inference.json
	@echo "figures and scores: bundles/$(BUNDLE)/eval   predictions: bundles/$(BUNDLE)/eval/inference/predictions.csv"

test: setup
	$(python) -m pytest -m "not slow"

test-slow: setup
	$(python) -m pytest -m slow

check: setup
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	$(python) scripts/house.py --check

fix: setup
	.venv/bin/ruff format
	.venv/bin/ruff check --fix
	$(python) scripts/house.py --fix

bench: setup
	$(python) scripts/benchmark.py train
	$(python) scripts/benchmark.py infer
	$(python) scripts/benchmark.py startup
	$(python) scripts/benchmark.py networks
	$(python) scripts/benchmark.py read

# Pages are checked in a real browser where there is one; Debian has it as a package.
browser:
	@command -v chromium > /dev/null || (apt-get update && apt-get install --yes chromium) > /dev/null 2>&1 || \
		echo "no Chromium: the tests of pages that need it are skipped"

ci: browser check test test-slow
