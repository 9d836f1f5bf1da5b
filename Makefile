# RESTA for Swift. `make help` lists what there is; docs/install.md says more.
#
#   LLAMA=system   use the llama.cpp that pkg-config finds, instead of building the pinned one
#   RESTA_DEMO_WEIGHTS=auto|q8_0|f32  what `make demo` runs instead of Q4_0, after `make weights`;
#                  auto is what that found fastest
#   PEER_MODEL=FILE, PEER_ARGUMENTS=... what `make peer` runs
#   VLLM_TEST_ARGUMENTS=... what `make test-vllm` runs (Tools/vllm/test_vllm.py --help)
#   PREFIX=DIR     where `make install` puts the command (default /usr/local)

.DEFAULT_GOAL := help
SHELL := /bin/bash

LLAMA ?= pinned
PREFIX ?= /usr/local
PEER_MODEL ?= .models/SmolLM2-135M-Instruct.Q4_1.gguf
PEER_ARGUMENTS ?= --user-tokens 20 --max-tokens 50 --ignore-eos
DESTDIR ?=
export LLAMA

# Ours before the user's; SwiftPM reads this to find llama.cpp.
ifneq ($(LLAMA),system)
export PKG_CONFIG_PATH := $(CURDIR)/.deps/llama/lib/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
endif

export RESTA_MODELS := $(CURDIR)/.models
export RESTA_TEMPLATES := $(CURDIR)/.deps/src/llama.cpp/models/templates

# Another format is another model, with answers of its own: only on demand. It takes the adapter, too,
# which the command adds by itself to the default model alone.
ifneq ($(RESTA_DEMO_WEIGHTS),)
DEMO_MODEL = file=$$(scripts/fastest-weights.sh --show $(RESTA_DEMO_WEIGHTS)) && RESTA_MODEL="$$file" \
  RESTA_ADAPTER="$(CURDIR)/Adapters/smollm2-135m-aligned/adapter.f16.gguf"
endif

# The flags of all release builds: scripts/common.sh.
SWIFT_BUILD = swift build $(shell source scripts/common.sh && echo "$${build_flags[@]}")

.PHONY: help demo test test-all test-vllm build debug lint format docs docs-check golden peer models \
  micro-bench llama stock-llama tools weights \
  install clean distclean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: llama models ## Build what the demo needs (resta-local), and show the defence at work
	$(SWIFT_BUILD) --product resta-local
	@$(DEMO_MODEL) .build/release/resta-local demo

weights: llama models ## Measure whether Q4_0, Q8_0 or F32 gives defended answers fastest here
	$(SWIFT_BUILD) --product resta-local
	@scripts/fastest-weights.sh

test: ## Everything that decides whether the repository is in order
	@scripts/test.sh

test-all: ## That, and the long ones: many requests, unoptimised, micro-benchmarks, a dependent package, vLLM
	@scripts/test.sh --all

test-vllm: build ## The vLLM engine on real servers (once: 3.5 GiB for .deps/vllm; half an hour)
	@scripts/vllm-tests.sh .build/release/resta $(VLLM_TEST_ARGUMENTS)

build: llama ## The whole command, release: .build/release/resta
	$(SWIFT_BUILD) --product resta

debug: llama ## Everything, debug
	swift build

lint: ## Format, documented declarations, and the repository's own rules
	@scripts/check-hygiene.sh --self-test
	@scripts/house.py --self-test
	@scripts/lint.sh

format: ## Format all Swift code in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

docs: llama ## The documentation of the libraries, into .build/docs (DocC)
	@scripts/docs.sh

docs-check: ## Public declarations without documentation
	@scripts/docs-check.sh

micro-bench: ## Time the parts that are not the model: noise, vote, span mapping
	swift run --package-path Benchmarks --configuration release RESTABenchmarks

golden: ## Make the golden vectors of the tests again
	@scripts/golden.sh

peer: models ## RESTA in Python on the same model, to compare with (Tools/peer/README.md)
	@scripts/peer.sh "$(PEER_MODEL)" $(PEER_ARGUMENTS)

models: llama ## Fetch the models of demo and tests into .models
	@scripts/fetch-models.sh default

llama: tools ## Build the pinned llama.cpp into .deps
ifneq ($(LLAMA),system)
	@scripts/build-llama.sh
endif

stock-llama: tools ## llama-bench and llama-server as they come, for resta bench, into .deps/stock
	@scripts/stock-llama.sh

tools: ## Install missing build tools (apt-get), or say which
	@scripts/install-tools.sh

install: build ## Copy the command to PREFIX/bin, and the demo's adapter to PREFIX/share/resta
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/resta"
	install -m 755 .build/release/resta "$(DESTDIR)$(PREFIX)/bin/resta"
	install -m 644 Adapters/smollm2-135m-aligned/adapter.f16.gguf "$(DESTDIR)$(PREFIX)/share/resta"

clean: ## Remove what Swift built
	rm -rf .build

distclean: clean ## Remove everything that was built or fetched
	rm -rf .deps .models
