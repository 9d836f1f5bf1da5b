#!/usr/bin/env bash
# Format, documentation of public declarations, and the rules that no compiler checks.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

cd "$root"
swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
scripts/check-hygiene.sh
scripts/house.py
# Numbers of a page that are computed are what their inputs give.
python3 Tools/experiments/test_tables.py
python3 Tools/experiments/test_labels.py
python3 Tools/experiments/tables.py --check docs/experiments.md README.md
python3 Tools/vllm/scale.py --check docs/scale.md
