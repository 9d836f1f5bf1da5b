#!/usr/bin/env python3
"""Golden values for the evaluation's statistics, from SciPy and statsmodels.

Intervals of shares, the sign-flip test's p, Cohen's kappa, Student's quantiles and the incomplete
beta function are these packages' own. The sign-flip test's interval is found by bisection of its p over
shifted differences, and the interval of clustered shares is written anew from its definition. The cluster bootstrap is written anew with NumPy, from its definition: draw d of part
b takes, of n clusters in ascending order of their ids, those numbered floor(w n / 2^32), where w
runs over the first n words of Philox4x32 at counter (block, d, b, 2) under the seed's key.

    python3 -m pip install -r Tools/golden/requirements-noise.txt \\
        -r Tools/golden/requirements-statistics.txt
    python3 Tools/golden/statistics_golden.py           # writes the file in the tests
    python3 Tools/golden/statistics_golden.py --check   # fails if what is there would change
"""

import argparse
import hashlib
import itertools
import json
import pathlib
import sys

import noise
import numpy as np
import scipy
import statsmodels
from scipy import special, stats
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


def student_cases():
    """Quantiles of Student's distribution; degrees of freedom need not be whole."""
    return [{"p": p, "degrees": nu, "t": float(stats.t.ppf(p, nu))}
            for p in [0.6, 0.9, 0.975, 0.995] for nu in [0.7, 1, 2.5, 11, 59, 480]]


def flip_p(differences):
    """The exact two-sided p of the sum under all changes of sign."""
    result = stats.permutation_test(
        (differences, np.zeros(len(differences))), lambda x, y, axis: np.sum(x - y, axis=axis),
        permutation_type="samples", vectorized=True, n_resamples=np.inf)
    return float(result.pvalue)


def flip_end(differences, sizes, sign):
    """Up to where shifts of all pairs are not rejected at 0.05, above (1) or below (-1) the mean."""
    signs = np.array(list(itertools.product([1, -1], repeat=len(sizes))), dtype=float)

    def is_kept(shift):
        shifted = differences - shift * sizes
        sums = np.abs(signs @ shifted)
        return (sums >= abs(shifted.sum()) - 1e-9).mean() > 0.05

    inside, outside = differences.sum() / sizes.sum(), 2.0 * sign
    if is_kept(outside):
        return float(sign)
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_kept(middle) else (inside, middle)
    return float(np.clip(inside, -1, 1))


def square_and_add(differences, sizes, sign):
    """Newcombe's limit of the pairs won less those lost, from statsmodels' Wilson limits for as many clusters."""
    n, pairs = len(sizes), sizes.sum()
    won, lost = np.clip(differences, 0, None).sum() / pairs, np.clip(-differences, 0, None).sum() / pairs
    more, less = (won, lost) if sign > 0 else (lost, won)
    high = proportion_confint(more * n, n, method="wilson")[1]
    low = proportion_confint(less * n, n, method="wilson")[0]
    return float(won - lost + sign * np.hypot(high - more, less - low))


def difference_interval(differences, sizes, p):
    """The wider of the two, except that 0 is outside when p is at most 0.05, and only then."""
    ends = []
    for sign in (-1, 1):
        flip = flip_end(differences, sizes, sign)
        wide = max(sign * flip, sign * square_and_add(differences, sizes, sign))
        if p > 0.05:
            wide = max(wide, 0.0)
        elif sign * flip < 0 <= wide:
            wide = sign * flip
        ends.append(sign * min(wide, 1.0))
    return ends


def sign_flip_cases(rng):
    """Prompts in clusters with one answer on each side; at least six clusters differ, not all alike."""
    cases = []
    while len(cases) < 24:
        sizes = rng.integers(1, 6, 6 + len(cases) % 7)
        first = [rng.integers(0, 2, size) for size in sizes]
        second = [(rng.uniform(0, 1, size) < 0.8).astype(int) for size in sizes]
        differences = np.array([(x - y).sum() for x, y in zip(first, second)], dtype=float)
        if (differences != 0).sum() < 6 or len(set(differences / sizes)) == 1:
            continue
        p = flip_p(differences)
        cases.append({
            "first": [x.tolist() for x in first], "second": [y.tolist() for y in second],
            "p": p, "interval": difference_interval(differences, sizes, p),
        })
    return cases


def exact(share, n):
    """Clopper and Pearson's interval for numbers that need not be whole."""
    hits, misses = share * n, (1 - share) * n
    return (0.0 if hits == 0 else float(special.betaincinv(hits, misses + 1, 0.025)),
            1.0 if misses == 0 else float(special.betaincinv(hits + 1, misses, 0.975)))


def clustered_interval(hits, sizes):
    """Of the share over clusters, on the effective sample size."""
    n, share = sizes.sum(), hits.sum() / sizes.sum()
    worth = n ** 2 / (sizes ** 2).sum()
    known, effect, correction = 0.0, n / worth, 1.0
    weight = min((hits > 0).sum(), (hits < sizes).sum()) - 1
    if len(sizes) == n:
        effective = n
    else:
        if weight > 0:
            variance = worth / (worth - 1) * ((hits - share * sizes) ** 2).sum() / n ** 2
            known = weight / (weight + 2)
            effect = known * max(1, variance * n / (share * (1 - share))) + (1 - known) * effect
            correction = (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, worth - 1)) ** 2
        effective = min(n, n / effect * (1 + (correction - 1) * known))
    low, high = exact(share, effective)
    none = exact(0.0, worth)[1]
    return [min(low, 1 - none), max(high, none)]


def cluster_cases(rng):
    cases = []
    for index in range(40):
        sizes = rng.integers(1, 11, int(rng.integers(2, 40)))
        spread = [0.2, 1, 5][index % 3]
        shares = rng.beta(0.3 * spread, 0.7 * spread, len(sizes))
        hits = rng.binomial(sizes, shares)
        if index % 8 == 0:
            hits = np.zeros_like(hits)
            hits[0] = index % 16 // 8
        cases.append({"hits": hits.tolist(), "sizes": sizes.tolist(),
                      "interval": clustered_interval(hits, sizes)})
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
        "student": student_cases(),
        "signFlips": sign_flip_cases(rng),
        "clusters": cluster_cases(rng),
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
