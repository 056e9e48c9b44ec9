# Two commands matter: `make demo` and `make test`. Both do all set-up; what is installed is cached.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: setup demo demo-chain test test-slow faults-chain nightly soundness check lint golden contracts bench bench-compiler bench-chain lock clean

setup: $(INSTALLED)
	@$(BIN)/fieldproof doctor --install

$(INSTALLED): requirements/bootstrap.lock requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fieldproof needs Python 3.11 or newer: run make PYTHON=python3.12")'
	@echo "Installing Python packages into .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@$(BIN)/uv pip sync --quiet --require-hashes requirements/dev.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/fieldproof demo

# Four validators, the whole way on their chain, a kill, a double signer; builds CometBFT and geth the first time.
demo-chain: $(INSTALLED)
	@$(BIN)/fieldproof chain demo

# Both cores; a file's tests share what they start, so they stay together.
PYTEST := $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test: setup
	$(PYTEST)
	contracts/test

test-slow: setup
	$(PYTEST) -m slow

# Kills, lies, silence, partitions on real nodes, and the table of what held; about three quarters of an hour.
faults-chain: setup
	@PYTHONPATH=.:tests $(BIN)/python -m tests.chain.faults --page docs/reference/chain-faults.md

# Ten thousand random programs, what disagrees is shrunk and kept in tests/compiler/regressions; long tests.
nightly: setup
	$(BIN)/pytest -m nightly
	$(BIN)/python -m tests.compiler.nightly

# Writes tests/compiler/golden anew: review the difference.
golden: setup
	rm -f tests/compiler/golden/*.json
	FIELDPROOF_UPDATE_GOLDEN=1 $(BIN)/pytest -m "slow or not slow" tests/compiler/test_emit.py tests/prove/test_golden.py

# The table of what each hint and constraint of the gadgets was tried with, and their formal proofs.
soundness: setup
	@PYTHONPATH=.:tests $(BIN)/python -m tests.soundness
	@$(BIN)/pytest tests/soundness/test_formal.py

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test test-slow

bench: setup
	$(BIN)/python -m bench

# Measures the compiler and writes its part of docs/performance.md.
bench-compiler: setup
	$(BIN)/python -m bench --compiler --page docs/performance.md

# Measures the chain and writes docs/reference/chain-performance.md; about a quarter of an hour.
bench-chain: setup
	@PYTHONPATH=.:tests $(BIN)/python -m bench.chain --page docs/reference/chain-performance.md

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

lock: $(INSTALLED)
	$(LOCK) requirements/bootstrap.in -o requirements/bootstrap.lock
	$(LOCK) pyproject.toml -o requirements/runtime.lock
	$(LOCK) pyproject.toml --extra dev -o requirements/dev.lock
	$(LOCK) src/fieldproof/chain/toolchain/go.in -o src/fieldproof/chain/toolchain/go.lock

clean:
	rm -rf .venv dist contracts/out contracts/cache contracts/node_modules
