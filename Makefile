# The same commands for people and for continuous integration.
PYTHON ?= python3
CONFIG ?= config/config.yaml
CORES ?= all
SNAKEMAKE = .venv/bin/snakemake --workflow-profile workflow/profiles/default --cores $(CORES) --configfile $(CONFIG)

.DEFAULT_GOAL := help
.PHONY: help run design report opinion test check bench fuzz docs lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: envs/uv.lock envs/requirements.lock
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/uv.lock
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --compile-bytecode -r envs/requirements.lock
	.venv/bin/python -m compileall -q workflow/trialseq
	PYTHONPATH=workflow .venv/bin/python -m trialseq.de.compilation
	touch $@

.venv/opinion: .venv/installed envs/second_opinion.lock
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps --compile-bytecode -r envs/second_opinion.lock
	touch $@

run: .venv/installed ## run a study: make run CONFIG=config/gse157988.yaml CORES=4
	$(SNAKEMAKE)

design: .venv/installed ## print what a study would fit and test, and compute nothing
	$(SNAKEMAKE) --quiet all --forcerun design -- plan

report: .venv/installed ## write Snakemake's report of a study that has run
	$(SNAKEMAKE) --report results/report.html

opinion: .venv/opinion ## add edgePython (GPL-3), for statistics.second_opinion

test: .venv/installed ## run every test
	.venv/bin/python -m pytest

check: .venv/installed ## format, lint and types
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/snakefmt --check --line-length 110 Snakefile workflow/rules
	.venv/bin/snakemake --lint

bench: .venv/installed ## speed, exactness, time and memory of every rule, calibration, influence, mix-ups of samples
	.venv/bin/python tests/benchmark/engine.py
	.venv/bin/python tests/benchmark/exactness.py $(GSE184951)
	.venv/bin/python tests/benchmark/rules.py
	.venv/bin/python tests/benchmark/calibration.py
	.venv/bin/python tests/benchmark/set_calibration.py $(PUBLIC_DATA)
	.venv/bin/python tests/benchmark/influence.py
	.venv/bin/python tests/benchmark/scale.py
	.venv/bin/python tests/benchmark/samples.py
	.venv/bin/python tests/benchmark/composition.py $(GSE184951)
	.venv/bin/python tests/benchmark/page.py

fuzz: .venv/installed envs/fuzz.lock ## fuzz readers and grammars, three minutes each, in an environment of its own
	$(PYTHON) -m venv --clear .fuzz
	.venv/bin/uv pip install --quiet --python .fuzz/bin/python --require-hashes -r envs/requirements.lock -r envs/fuzz.lock
	for target in table gmt series_matrix grammar symbols; do \
	  .fuzz/bin/python tests/fuzz/fuzz.py $$target .fuzz/found/$$target -max_total_time=180 -timeout=20 \
	    -rss_limit_mb=3000 -max_len=4096 -artifact_prefix=.fuzz/found/$$target- || exit 1; \
	done

docs: .venv/installed ## write the documentation that is generated
	PYTHONPATH=workflow .venv/bin/python -m trialseq.docs --fix

lock: .venv/installed ## pin dependencies anew
	.venv/bin/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade envs/requirements.in --output-file envs/requirements.lock
	.venv/bin/uv pip compile --quiet --no-deps --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --upgrade envs/second_opinion.in --output-file envs/second_opinion.lock
	echo uv | .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade - --output-file envs/uv.lock

clean: ## remove the environment and caches; results stay
	rm -rf .venv .fuzz .snakemake .mypy_cache .pytest_cache .ruff_cache .hypothesis
