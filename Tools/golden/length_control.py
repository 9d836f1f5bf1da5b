#!/usr/bin/env python3
"""Golden values for the length-controlled win rate.

An implementation of its own, from the definition: a preference y in 0...1 is regressed on
p = 1 / (1 + exp(-(a + f * tanh(d / s)))), with d the difference of the lengths, s its standard
deviation (n - 1), and the loss -sum(y log p + (1 - y) log(1 - p)) + ridge * f^2 / 2; the result is p
at d = 0, to ten decimals. Where the Swift code uses Newton's method, this nests two bisections on the derivatives.

    python3 -m pip install -r Tools/golden/requirements-noise.txt
    python3 Tools/golden/length_control.py           # writes Tests/RESTAReportTests/Golden/
    python3 Tools/golden/length_control.py --check   # fails if what is there would change
"""

import argparse
import json
import pathlib
import sys

import numpy as np

FILE = (pathlib.Path(__file__).resolve().parents[2]
        / "Tests/RESTAReportTests/Golden/length-control.json")
RIDGE = 0.01


def sigmoid(z):
    """Without overflow on either side."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def zero(function, low, high):
    """Where a rising function is 0, to the last bit of a double."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def fit(preferences, differences):
    """The prediction at equal lengths."""
    y = np.array(preferences, dtype=np.float64)
    d = np.array(differences, dtype=np.float64)
    x = np.tanh(d / d.std(ddof=1))

    def intercept(slope):
        return zero(lambda a: float(np.sum(sigmoid(a + slope * x) - y)), -200.0, 200.0)

    def derivative(slope):
        return float(np.sum((sigmoid(intercept(slope) + slope * x) - y) * x) + RIDGE * slope)

    slope = zero(derivative, -100.0, 100.0)
    return float(sigmoid(np.float64(intercept(slope))))


def cases():
    """Names, preferences and length differences."""
    random = np.random.Generator(np.random.PCG64(20250607))
    steps = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    for n, bias, quality, shift in [(12, 0.0, 0.0, 0), (60, 1.5, 0.3, 40), (60, -1.0, -0.5, -80),
                                    (400, 2.0, -0.2, 150), (805, 0.8, 0.1, 300)]:
        d = np.round(random.normal(shift, 200, n))
        p = sigmoid(quality + bias * np.tanh(d / 200))
        noisy = np.clip(p + random.normal(0, 0.3, n), 0, 1)
        y = steps[np.round(noisy * 4).astype(int)]
        yield f"random, n = {n}, bias {bias}", y.tolist(), d.tolist()
    yield "two pairs", [1.0, 0.5], [30.0, -5.0]
    yield "the longer one always wins", [1.0] * 5 + [0.0] * 4, [9.0, 50.0, 80.0, 200.0, 7.0,
                                                                -10.0, -3.0, -400.0, -90.0]
    yield "one loss among wins", [1.0] * 29 + [0.0], [float(10 * i - 100) for i in range(30)]
    yield "all longer by far", [1.0, 0.0, 1.0, 1.0, 0.5, 0.0], [9000.0, 9010.0, 9020.0, 9005.0,
                                                               9001.0, 9030.0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    rows = []
    for name, y, d in cases():
        rate = fit(y, d)
        rows.append({"name": name, "preferences": y, "lengthDifferences": d,
                     "winRate": round(rate, 10)})
    text = json.dumps({"ridge": RIDGE, "cases": rows}, separators=(",", ":")).replace(
        '{"name"', '\n{"name"') + "\n"
    if check:
        sys.exit(0 if FILE.read_text() == text else f"{FILE.name} would change")
    FILE.write_text(text)


if __name__ == "__main__":
    main()
