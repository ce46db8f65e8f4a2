# The verbs of this repository. `make demo` and `make test` set up their own environment in .venv.

SHELL := /bin/bash -o pipefail
PYTHON ?= python3
BUNDLE ?= breast_us

# A folder of wheels to set up from, on a machine without a network: `make setup WHEELS=wheels`. Made on one with it:
# `python3.11 -m pip download -r requirements-dev.txt -d wheels`.
WHEELS ?=

python := .venv/bin/python
label := .venv-label/bin/python
configs := bundles/$(BUNDLE)/configs
run := $(python) -m monai.bundle run --config_file

# A bundle's phantoms: the published layout they are written in, how many patients, epochs of training, and options of
# scripts/prepare.py. Small enough for some minutes on two cores; everything else is as in train.json.
phantoms_breast_us := busbra 200 15
phantoms_thyroid_us := ddti 240 8
phantoms_acl_mri := mrnet 40 5 --task acl
phantoms_meniscus_mri := mrnet 40 5 --task meniscus
phantoms_pneumonia_cxr := kermany 200 8
phantoms_covid_ct := covid_ct 60 8
phantoms_sarscov2_ct := cc_ccii 60 8
phantoms_hemorrhage_ct := rsna_ich 60 8
phantoms_breast_us_segmentation := busbra 200 15
phantoms_thyroid_us_segmentation := ddti 240 8
phantoms_radimagenet_pretrain := radimagenet 99 8 --image-size 96,96

layout := $(word 1,$(phantoms_$(BUNDLE)))
patients := $(word 2,$(phantoms_$(BUNDLE)))
epochs := $(or $(word 3,$(phantoms_$(BUNDLE))),15)
options := $(wordlist 4,9,$(phantoms_$(BUNDLE)))

# Pretraining is from scratch at a rate that goes with its batch: 0.1 x 32 / 256, and a short warm-up.
knobs_radimagenet_pretrain := --batch_size 32 --learning_rate 0.0125 --warmup_epochs 1

# A store holds no files to look at: inference gets those that it was built from.
folder_radimagenet_pretrain := --dataset_dir data/radimagenet_pretrain_phantoms/radiology_ai

demo_knobs := --image_size "[96,96]" --max_epochs $(epochs) $(or $(knobs_$(BUNDLE)),--batch_size 16)

.PHONY: setup demo test test-slow test-label check fix bench dist browser orthanc ci

setup: .venv/ready

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'error: Python 3.11 is needed; give PYTHON=python3.11'"
	$(PYTHON) -m venv .venv
	$(python) -m pip install --quiet --disable-pip-version-check $(addprefix --no-index --find-links ,$(WHEELS)) -r requirements-dev.txt
	touch $@

demo: setup
	@if [ ! -e data/$(BUNDLE) ]; then set -e; \
		[ -e data/$(BUNDLE)_phantoms ] || \
			$(python) scripts/phantoms.py $(layout) data/$(BUNDLE)_phantoms --patients $(patients) --difficulty 0; \
		$(python) scripts/prepare.py $(layout) data/$(BUNDLE)_phantoms --out data/$(BUNDLE) $(options); \
	fi
	$(run) $(configs)/train.json $(demo_knobs)
	$(run) "['$(configs)/train.json','$(configs)/evaluate.json']"
	$(run) $(configs)/inference.json $(folder_$(BUNDLE))
	@echo "figures and scores: bundles/$(BUNDLE)/eval   an answer for each image: bundles/$(BUNDLE)/eval/inference"

test: setup
	$(python) -m pytest -m "not slow" --durations=40

test-slow: setup
	$(python) -m pytest -m slow

# Exported bundles in MONAI Label, and our reader beside the pydicom and NumPy that it needs: an environment of its own.
.venv-label/ready: requirements-label.txt
	$(PYTHON) -m venv .venv-label
	$(label) -m pip install --quiet --disable-pip-version-check $(addprefix --no-index --find-links ,$(WHEELS)) -r requirements-label.txt
	touch $@

test-label: .venv-label/ready orthanc
	$(label) -m pytest -n 0 tests/label
	$(label) -m pytest tests/io

# A real DICOMweb server, where Debian has one; its own service is not started.
orthanc:
	@test -x /usr/sbin/Orthanc || (apt-get update && apt-get install --yes --no-install-recommends orthanc orthanc-dicomweb) \
		> /dev/null 2>&1 || echo "no Orthanc: the test of DICOMweb is skipped"

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
	$(python) scripts/benchmark.py localize
	$(python) scripts/benchmark.py statistics

# Every bundle that has a model, as a folder and a zip, each proved elsewhere and asked what the model zoo asks. The others
# are named: `make demo BUNDLE=NAME` gives any of them one.
dist: setup
	@for folder in bundles/*/; do set -e; name=$$(basename $$folder); \
		if [ ! -e $$folder/models/model.pt ]; then echo "$$name: no model, not exported"; continue; fi; \
		$(python) scripts/export.py $$name --out dist; \
	done
	@for folder in dist/*/; do $(python) scripts/verify.py $$folder --zoo || exit 1; done

# Pages are checked in a real browser where there is one; Debian has it as a package.
browser:
	@command -v chromium > /dev/null || (apt-get update && apt-get install --yes chromium) > /dev/null 2>&1 || \
		echo "no Chromium: the tests of pages that need it are skipped"

ci: browser check test test-slow test-label
