# The two commands a newcomer needs are `make run` and `make test`.
# Both build .venv from the lock with nothing but python3.11, pip and make on the machine.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DEMO ?= demo
SCALE ?= colorado-tenth
CONFIG ?= $(DEMO)/rung.toml
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: run test test-slow test-slow-tenth fuzz mutants lint bench docs lock kit-assets clean server stop deploy

run: .venv/ready
	$(BIN)/rung demo $(DEMO)
	$(BIN)/rung run -c $(DEMO)/rung.toml
	@echo "Marts for BI tools: $(DEMO)/releases/current/   Receipts for districts: $(DEMO)/receipts/"

test: .venv/ready
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-slow: .venv/ready
	$(BIN)/python -m pytest -m slow

# A tenth of the slow proofs, another tenth each day.
test-slow-tenth: .venv/ready
	$(BIN)/python -m pytest -m slow --tenth $(shell date +%j)

# Spoils the files of tests/spoiled at random and reads them; an input that is a fault is kept in tests/fuzz/corpus.
MINUTES ?= 10
fuzz: .venv/ready
	MINUTES=$(MINUTES) SEED=$(SEED) $(BIN)/python -m tests.fuzz

# Draws SAMPLE small changes of the code of transforms/ at random, tries each, and lists those that no test noticed;
# NAMES="transforms.…__mutmut_7 …" tries those again. 400 of them: two hours of one core.
SAMPLE ?= 400
mutants: .venv/ready
	$(BIN)/python -m tests.mutants --sample $(SAMPLE) --seed $(or $(SEED),1) $(if $(STAGE),--stage $(STAGE)) $(NAMES)

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/vulture
	$(BIN)/deptry .

# All docs as one site: open build/site/index.html; search works from the folder, without a server or the net.
docs: .venv/ready
	rm -rf build/docs build/site && mkdir -p build && cp -r docs build/docs
	for page in CONTRIBUTING CHANGELOG SECURITY; do sed 's#](docs/#](#g' $$page.md > build/docs/$$page.md; done
	sed 's#](docs/#](#g' README.md > build/docs/index.md
	$(BIN)/zensical build --clean --strict
	find build/site -name '*.html' -exec sed -i 's#<script[^>]*iframe-worker/shim[^>]*></script>##' {} +
	@echo "Open build/site/index.html"

bench: .venv/ready
	$(BIN)/rung bench --scale $(SCALE)

# A Prefect server, a worker and the watcher of the landing: drops start runs. SQLite unless
# PREFECT_SERVER_DATABASE_CONNECTION_URL names a PostgreSQL.
server: .venv/ready
	$(BIN)/python -m flows.deploy.local_server start $(CONFIG)

stop: .venv/ready
	$(BIN)/python -m flows.deploy.local_server stop

deploy: .venv/ready
	$(BIN)/python -m flows.deploy $(CONFIG)

# Bytecode is compiled at install: without it Great Expectations takes 13 s to import instead of 4.
.venv/ready: requirements.lock requirements-uv.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip --quiet install --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What check pages are made of beside Rung (`rung kit`), by pinned version and hash; needs npm.
kit-assets: .venv/ready
	$(BIN)/python -m rung.web.assets

lock:
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements-uv.in -o requirements-uv.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra dask --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv $(DEMO)
