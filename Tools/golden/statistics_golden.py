#!/usr/bin/env python3
"""Golden values for the evaluation's statistics, from SciPy and statsmodels.

Intervals of shares, McNemar's exact test, Cohen's kappa and the incomplete beta function are these
packages' own. The cluster bootstrap is written anew with NumPy, from its definition: draw d of part
b takes, of n clusters in ascending order of their ids, those numbered floor(w n / 2^32), where w
runs over the first n words of Philox4x32 at counter (block, d, b, 2) under the seed's key.

    python3 -m pip install -r Tools/golden/requirements-noise.txt \\
        -r Tools/golden/requirements-statistics.txt
    python3 Tools/golden/statistics_golden.py           # writes the file in the tests
    python3 Tools/golden/statistics_golden.py --check   # fails if what is there would change
"""

import argparse
import hashlib
import json
import pathlib
import sys

import noise
import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/RESTAReportTests/Golden"
NAME = "statistics.json"
BOOTSTRAP_SEED, DRAWS, PURPOSE = 250116497, 2000, 2
CONFIDENCES = [0.8, 0.9, 0.95, 0.99]


def proportion_cases(rng):
    """Wilson's and Clopper and Pearson's intervals."""
    pairs = [(0, 1), (1, 1), (1, 2), (0, 10), (10, 10), (0, 100), (100, 100), (1, 1000),
             (999, 1000), (5000, 10000), (3, 100000)]
    for _ in range(70):
        n = int(rng.integers(1, 300))
        pairs.append((int(rng.integers(0, n + 1)), n))
    cases = []
    for index, (count, n) in enumerate(pairs):
        for confidence in CONFIDENCES if index < 20 else [0.95]:
            wilson = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
            exact = proportion_confint(count, n, alpha=1 - confidence, method="beta")
            cases.append({
                "count": count, "n": n, "confidence": confidence,
                "wilson": [float(x) for x in wilson],
                "exact": [float(x) for x in exact],
            })
    return cases


def beta_cases(rng):
    """The regularized incomplete beta function, and its inverse."""
    shapes = [(0.5, 0.5), (1, 1), (2, 3), (1, 400), (400, 1), (0.1, 7.5), (5000, 5001), (30, 900)]
    shapes += [tuple(float(x) for x in np.exp(rng.uniform(-2, 7, 2))) for _ in range(40)]
    cases = []
    for a, b in shapes:
        for p in [0.001, 0.025, 0.5, 0.975]:
            x = float(special.betaincinv(a, b, p))
            cases.append({"a": a, "b": b, "p": p, "x": x})
        mean, spread = a / (a + b), (a * b / (a + b + 1)) ** 0.5 / (a + b)
        for x in [mean, min(max(mean + spread, 0.0), 1.0)]:
            cases.append({"a": a, "b": b, "p": float(special.betainc(a, b, x)), "x": float(x)})
    # Nearer to 1, the nearest Double to x has another p.
    return [case for case in cases if 1e-12 < case["x"] < 1 - 1e-6]


def quantile_cases():
    return [{"p": p, "z": float(stats.norm.ppf(p))}
            for p in [1e-9, 1e-4, 0.005, 0.025, 0.1, 0.5, 0.7, 0.9, 0.975, 0.995, 0.99999]]


def mcnemar_cases(rng):
    """Exact and two-sided."""
    pairs = [(0, 0), (0, 1), (1, 0), (5, 5), (0, 30), (400, 300), (2000, 1800), (7, 8)]
    pairs += [tuple(int(x) for x in rng.integers(0, 60, 2)) for _ in range(60)]
    cases = []
    for b, c in pairs:
        p = float(mcnemar([[3, b], [c, 5]], exact=True).pvalue) if b + c else 1.0
        if b + c and abs(p - stats.binomtest(b, b + c, 0.5).pvalue) > 1e-9 * p:
            sys.exit(f"statsmodels and SciPy differ for {b}, {c}")
        cases.append({"first": b, "second": c, "p": p})
    return cases


def kappa_cases(rng):
    """Tables with as many labels as rows; row: the truth, column: what the judge found."""
    cases = []
    for index in range(80):
        size = 2 + index % 4
        table = rng.integers(0, 12, (size, size)) + np.diag(rng.integers(0, 60, size))
        if table.sum() == 0:
            continue
        result = cohens_kappa(table)
        cases.append({
            "table": table.tolist(), "kappa": float(result.kappa),
            "low": float(result.kappa_low), "high": float(result.kappa_upp),
        })
    return cases


def resampled_ratios(part, numerators, denominators):
    """The ratio of sums in each draw."""
    n = len(numerators)
    ratios = []
    for draw in range(DRAWS):
        words = noise.words(BOOTSTRAP_SEED, PURPOSE, draw, part, (n + 3) // 4 * 4)[:n]
        chosen = (words * np.uint64(n)) >> np.uint64(32)
        ratios.append(numerators[chosen].sum() / denominators[chosen].sum())
    return np.array(ratios)


def bootstrap_cases(rng):
    """Two sets of clusters each: the interval of the first's ratio, and of the difference."""
    cases = []
    for size in [2, 5, 12, 33]:
        parts = []
        for count in [size, size + 3]:
            denominators = rng.integers(1, 6, count).astype(float)
            numerators = np.floor(rng.uniform(0, 1, count) * (denominators + 1))
            parts.append((numerators, denominators))
        first, second = (resampled_ratios(part, *sums) for part, sums in enumerate(parts))
        cases.append({
            "first": [values.tolist() for values in parts[0]],
            "second": [values.tolist() for values in parts[1]],
            "interval": np.percentile(first, [2.5, 97.5]).tolist(),
            "difference": np.percentile(first - second, [2.5, 97.5]).tolist(),
        })
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    rng = np.random.Generator(np.random.PCG64(250116497))
    content = {
        "generator": "Tools/golden/statistics_golden.py",
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
        "proportions": proportion_cases(rng),
        "beta": beta_cases(rng),
        "quantiles": quantile_cases(),
        "mcnemar": mcnemar_cases(rng),
        "kappa": kappa_cases(rng),
        "bootstrap": bootstrap_cases(rng),
    }
    parts = []
    for key, value in content.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            parts.append(f'"{key}":[\n{rows}\n]')
        else:
            parts.append(f'"{key}":{json.dumps(value)}')
    data = ("{\n" + ",\n".join(parts) + "\n}\n").encode()
    files = {
        NAME: data,
        f"{NAME}.sha256": f"{hashlib.sha256(data).hexdigest()}  {NAME}\n".encode(),
    }
    for name, expected in files.items():
        path = FOLDER / name
        if arguments.check:
            if not path.exists() or path.read_bytes() != expected:
                sys.exit(f"{path} is not what this script writes")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(expected)
            print(f"{path}: {len(expected)} bytes")


if __name__ == "__main__":
    main()
