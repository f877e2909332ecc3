# Everything that can be done here, one target each; `make help` lists them. `.ci/run` runs the lot on a bare machine.

SWIFT ?= swift
PYTHON ?= python3
VENVS ?= .venvs
# Evennia's version follows Python's: 3.11 gives 5.0.1, 3.12 and later 6.x.
PYTHONS ?= python3.11 python3.12
# Of `make sanitize`: thread or address.
SANITIZER ?= thread
# What `make chaos` runs: modules, classes or tests of Tests/Chaos.
CHAOS_TESTS ?= test_kills test_processes test_storage test_clock test_limits
SWIFT_BUILD = $(SWIFT) build --explicit-target-dependency-import-check error

.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*\#\# .*/\1/p' $(MAKEFILE_LIST))

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## install what Debian has to give (as root)
	WORKSHOP_TEST_DEPS=1 scripts/install-deps.sh

build: ## debug build, tests included
	$(SWIFT_BUILD) --build-tests

# With Swift's libraries in it, and no other place to look for them: it is what the packages give on.
release: ## the binary: .build/release/workshop
	$(SWIFT_BUILD) -c release --static-swift-stdlib --disable-local-rpath --product workshop

test: test-swift test-wire test-door test-swap seals test-leaks test-protocol test-people test-glue test-e2e ## every test

test-swift: ## the Swift tests; what failed is told again at the end
	@mkdir -p .build
	@bash -o pipefail -c '$(SWIFT) test --no-parallel --explicit-target-dependency-import-check error 2>&1 | tee .build/tests.log' \
		|| { printf '\n=== failed\n'; grep -a -e '✘' -e ': error:' -e 'Fatal error' .build/tests.log; exit 1; }

test-wire: build ## every request, and every answer of the front door, against the types of the vendors' own SDKs
	test -e $(VENVS)-wire/ready || { $(PYTHON) -m venv $(VENVS)-wire \
		&& $(VENVS)-wire/bin/pip install -q --disable-pip-version-check -r Tests/Wire/requirements.txt \
		&& touch $(VENVS)-wire/ready; }
	WORKSHOP_WIRE_DUMP=$(CURDIR)/.build/wire.jsonl WORKSHOP_DOOR_DUMP=$(CURDIR)/.build/door.jsonl \
		$(SWIFT) test --explicit-target-dependency-import-check error --filter '(Wire|Dialect)DumpTests'
	$(VENVS)-wire/bin/python Tests/Wire/strict.py .build/wire.jsonl
	$(VENVS)-wire/bin/python Tests/Wire/replies.py .build/door.jsonl

test-door: build ## the front door with the official SDKs of OpenAI, Anthropic and LangChain
	test -e $(VENVS)-door/ready || { $(PYTHON) -m venv $(VENVS)-door \
		&& $(VENVS)-door/bin/pip install -q --disable-pip-version-check -r Tests/Door/requirements.txt \
		&& touch $(VENVS)-door/ready; }
	$(VENVS)-door/bin/python -m unittest discover Tests/Door

test-swap: build ## backends swapped under load by configuration alone, dumb pipes among them; the pipe's installer
	$(PYTHON) -m unittest discover Tests/Swap

test-network: build ## backends that hang, lie and flood; networks that are cut; names and certificates that are wrong (as root)
	WORKSHOP_CHAOS_DEPS=1 scripts/install-deps.sh
	WORKSHOP=$(CURDIR)/.build/debug/workshop $(PYTHON) -m unittest discover Tests/Chaos -p test_upstreams.py
	WORKSHOP=$(CURDIR)/.build/debug/workshop $(PYTHON) -m unittest discover Tests/Chaos -p test_network.py

test-load: build ## a daemon under load while everything disturbs it: what `make sanitize` and `make soak` do, for a few seconds
	WORKSHOP_BENCH_DEPS=1 scripts/install-deps.sh
	$(PYTHON) Tests/Sanitizers/under_load.py .build/debug/workshop --seconds 5 --in-flight 16
	$(PYTHON) Tests/Chaos/soak.py --binary $(CURDIR)/.build/debug/workshop --thoughts 5000 --quiet --json -

test-security: build ## what other users of the machine can read and reach; where secrets are (as root)
	WORKSHOP_CHAOS_DEPS=1 scripts/install-deps.sh
	WORKSHOP=$(CURDIR)/.build/debug/workshop $(PYTHON) -m unittest discover Tests/Security

soak: release ## a million thoughts while things break; writes docs/soak.svg and docs/soak.json, 1 when something grew
	WORKSHOP_BENCH_DEPS=1 scripts/install-deps.sh
	nice $(PYTHON) Tests/Chaos/soak.py --svg docs/soak.svg --json docs/soak.json

chaos: build ## kill -9 under load, faults of disk, clock and limits (docs/faults.md); CHAOS=short: CI's form, CHAOS_SEED=N: again
	cd Tests/Chaos && $(PYTHON) -W ignore::ResourceWarning -m unittest -v $(CHAOS_TESTS)

test-llama: build ## a real llama-server: WORKSHOP_LLAMA_SERVER names it, WORKSHOP_LLAMA_MODELS a folder with two models
	$(SWIFT) test --explicit-target-dependency-import-check error --filter RealModelTests

sanitize: ## the Swift tests and a daemon under load with SANITIZER=thread or address; FILTER names tests
	Tests/Sanitizers/run.sh "$(SANITIZER)" "$(FILTER)"

seals: build ## prove that a leak does not compile
	Tests/Seals/prove.sh

test-leaks: build ## how well the guard catches leaks and replies that name their model, with bars
	$(PYTHON) Tests/Leaks/score.py .build/debug/workshop
	$(PYTHON) Tests/Leaks/score_replies.py .build/debug/workshop

peers-leaks: build ## the same cases for Presidio and LLM Guard; prints a table
	test -e $(VENVS)-peers/ready || { $(PYTHON) -m venv $(VENVS)-peers \
		&& $(VENVS)-peers/bin/pip install -q --disable-pip-version-check -r Tests/Leaks/requirements-peers.txt \
		&& $(VENVS)-peers/bin/pip install -q --disable-pip-version-check --no-deps llm-guard==0.3.16 \
		&& touch $(VENVS)-peers/ready; }
	$(VENVS)-peers/bin/python Tests/Leaks/peers.py .build/debug/workshop --picture docs/leak-recall.svg

venvs: ## one virtual environment for each Python in PYTHONS
	scripts/make-venvs.sh "$(VENVS)" $(PYTHONS)

test-protocol: venvs ## the JSON Schema against transcripts and documents
	set -e; for venv in $(VENVS)/*; do $$venv/bin/python -m unittest discover Tests/Protocol; done

test-people: build ## what the documents tell to type and to write, the log, adding a provider, a persona, a rule
	$(PYTHON) -m unittest discover Tests/People

test-glue: venvs ## the Evennia package, in Evennia's own runner, on each version
	set -e; for venv in $(VENVS)/*; do evennia_glue/run_tests.sh "$$venv/bin"; done

test-e2e: build venvs ## real Evennia, real daemon, typed over telnet, web socket and in a browser, on each version
	WORKSHOP_TEST_DEPS=1 scripts/install-deps.sh
	set -e; for venv in $(VENVS)/*; do Tests/EndToEnd/run.sh "$$venv/bin" .build/debug/workshop; done

screenshots: build venvs ## the pictures in the documentation: docs/webclient-pane.png, docs/dashboard-*.png
	WORKSHOP_TEST_DEPS=1 scripts/install-deps.sh
	E2E_DASHBOARD=$(CURDIR)/docs Tests/EndToEnd/run.sh "$$(ls -d $(VENVS)/* | tail -1)/bin" \
		.build/debug/workshop test_dashboard.PictureTest
	E2E_PICTURE=$(CURDIR)/docs/webclient-pane.png Tests/EndToEnd/run.sh "$$(ls -d $(VENVS)/* | tail -1)/bin" \
		.build/debug/workshop test_browser.PictureTest

# The fuzzer is a build of its own: every one of our modules with the compiler's marks for coverage, and libFuzzer, which
# comes with the toolchain. SECONDS= processor time for each target, TARGETS= some of `fuzz list`.
SECONDS ?= 600
FUZZ_RUNTIME = $(firstword $(wildcard $(dir $(realpath $(shell command -v $(SWIFT))))../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a))

fuzz-build:
	@test -n "$(FUZZ_RUNTIME)" || { echo "libFuzzer (libclang_rt.fuzzer_no_main) is not beside $(SWIFT)" >&2; exit 1; }
	WORKSHOP_FUZZ=1 $(SWIFT) build --scratch-path .build/fuzz --product fuzz -Xlinker $(FUZZ_RUNTIME) -Xlinker -lstdc++

fuzz: fuzz-build ## coverage-guided fuzzing of every parser that meets foreign bytes; keeps Fuzz/Corpus (docs/fuzzing.md)
	$(PYTHON) Fuzz/run.py --binary .build/fuzz/debug/fuzz --seconds $(SECONDS) $(TARGETS)

fuzz-regress: ## what the fuzzer keeps, through the same promises, in the ordinary tests
	$(SWIFT) test --explicit-target-dependency-import-check error --filter 'Fuzz(Bridge)?CorpusTests'

invariance: release ## hold the bytes of eight personas against each other: every task, format, mode and fault
	.build/release/workshop invariance --config Tests/Invariance/backends.yaml --personas 8 --tasks 200

lint: venvs ## formatting and style, Swift and Python
	$(SWIFT) format lint --strict -r Package.swift Sources Tests
	set -e; ruff="$$(ls -d $(VENVS)/* | head -1)/bin/ruff"; for folder in Benchmarks Fuzz Tests/Chaos Tests/Coverage Tests/Door Tests/EndToEnd Tests/Leaks Tests/Packages Tests/People Tests/Protocol Tests/Sanitizers Tests/Security Tests/Support Tests/Swap Tests/Wire demo evennia_glue packaging; do \
		$$ruff check $$folder; $$ruff format --check $$folder; done
	$(PYTHON) Tests/Coverage/check.py

dist: release venvs ## the packages, in dist/: an archive, a Debian package, a Python wheel
	WORKSHOP_PACKAGE_DEPS=1 scripts/install-deps.sh
	packaging/dist.sh --python "$$(ls -d $(VENVS)/* | head -1)/bin/python"

test-packages: ## what is in dist/, in a clean Debian made with debootstrap, and in a clean virtual environment (as root)
	WORKSHOP_PACKAGE_DEPS=1 scripts/install-deps.sh
	"$$(ls -d $(VENVS)/* | head -1)/bin/python" Tests/Packages

# Each part is kept in .build/bench; the page is made of all that are there. BENCH="--only rates" measures one again.
bench: release bench-peers ## everything measured, beside the peers: 15 to 20 minutes; writes docs/benchmarks.md and its plots
	WORKSHOP_BENCH_DEPS=1 scripts/install-deps.sh
	$(PYTHON) Benchmarks/bench.py --write $(BENCH)

bench-growth: release ## the same of growth alone, with a ledger of ten million requests: 20 minutes, 13 GB in TMPDIR
	WORKSHOP_BENCH_DEPS=1 scripts/install-deps.sh
	$(PYTHON) Benchmarks/bench.py --write --only growth --rows 7

test-bench: ## what the benchmarks promise: fixed rates, plots, the steps of samples
	$(PYTHON) -m unittest discover Benchmarks

bench-page: ## docs/benchmarks.md and its plots again, of what was measured
	$(PYTHON) Benchmarks/bench.py --page

bench-peers: ## install the peers that `make bench` measures beside: .venvs-bench
	set -e; for peer in tensorzero litellm; do test -e $(VENVS)-bench/$$peer/ready || { \
		$(PYTHON) -m venv $(VENVS)-bench/$$peer \
		&& $(VENVS)-bench/$$peer/bin/pip install -q --disable-pip-version-check -r Benchmarks/requirements-$$peer.txt \
		&& touch $(VENVS)-bench/$$peer/ready; }; done

demo: ## a scratch Evennia game with a Workshop, the daemon and a backend; Ctrl-C ends all of it
	scripts/install-deps.sh
	$(MAKE) release
	$(PYTHON) demo/demo.py .build/release/workshop

clean: ## forget everything that was built
	rm -rf .build .build-* dist $(VENVS) $(VENVS)-wire $(VENVS)-door $(VENVS)-peers $(VENVS)-bench .demo
