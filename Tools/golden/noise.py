#!/usr/bin/env python3
"""Golden vectors for RESTA's random numbers and embedding noise.

An implementation of its own, from the definitions: Philox4x32-10 (Salmon et al., SC '11, section
3.3), the Box-Muller transform, and the noises H(e) of RESTA (arXiv 2501.16497) with the power
matching of arXiv 2603.15259. It shares nothing with the Swift code but the layout of the counter.

    python3 -m pip install -r Tools/golden/requirements-noise.txt
    python3 Tools/golden/noise.py           # writes Tests/RESTATests/Golden/noise/
    python3 Tools/golden/noise.py --check   # fails if what is there would change

In the JSON, 64-bit seeds and Double values are decimal strings; 32-bit words, and the bits of Float
values, are 8 hexadecimal digits each, one after the other.
"""

import argparse
import hashlib
import json
import math
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/RESTATests/Golden/noise"
MASK = 0xFFFFFFFF
EMBEDDING_NOISE, DIRECTION_SCALAR, TOKEN_SAMPLING = 0, 1, 2
SEEDS = [0, 1, 2**63, 2**64 - 1, 0xDEADBEEF, 0x0123456789ABCDEF]

# Random123's kat_vectors, "philox4x32 10": counter, key, words.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((MASK,) * 4, (MASK,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


def philox(counter, key):
    """Ten rounds of Philox4x32, in Python's integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(right >> 32) ^ c[1] ^ k[0], right & MASK, (left >> 32) ^ c[3] ^ k[1], left & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, purpose, a, b, count):
    """The first `count` words, a multiple of 4, of the stream at (a, b)."""
    key = (seed & MASK, seed >> 32)
    blocks = [philox((block, a, b, purpose), key) for block in range(count // 4)]
    return np.array(blocks, dtype=np.uint64).reshape(-1)


def normals(seed, purpose, a, b, count):
    """The first `count` standard normal numbers at (a, b), as float32."""
    w = words(seed, purpose, a, b, (count + 3) // 4 * 4).astype(np.float64)
    u = (w + 0.5) * 2.0**-32
    radius = np.sqrt(-2 * np.log(u[0::2]))
    angle = 2 * np.pi * u[1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return pairs.reshape(-1)[:count].astype(np.float32)


def perturb(e, kind, sigma, matched, seed, position, copy):
    """H(e) with the unit vector written out, in float64, rounded to float32 once."""
    d = len(e)
    z = normals(seed, EMBEDDING_NOISE, position, copy, d).astype(np.float64)
    s = float(normals(seed, DIRECTION_SCALAR, position, copy, 1)[0])
    e = e.astype(np.float64)
    norm = np.linalg.norm(e)
    if kind == "isotropic":
        return (e + sigma * z).astype(np.float32)
    if norm == 0:
        return e.astype(np.float32)
    u = e / norm
    scale = sigma * math.sqrt(d) if matched else sigma
    noise = {"hard": scale * s * u, "soft": scale * z * u, "orthogonal": sigma * (z - (z @ u) * u)}
    return (e + noise[kind]).astype(np.float32)


def hexadecimal(values):
    """8 digits for each float32 or word."""
    array = np.asarray(values)
    bits = array.view(np.uint32) if array.dtype == np.float32 else array.astype(np.uint32)
    return "".join(f"{int(bit):08x}" for bit in bits.reshape(-1))


def philox_cases(rng):
    cases = [(c, k) for c, k, _ in KNOWN_ANSWERS]
    for _ in range(64):
        drawn = [int(word) for word in rng.integers(0, 2**32, size=6)]
        cases.append((drawn[:4], drawn[4:]))
    return [
        {"counter": hexadecimal(c), "key": hexadecimal(k), "words": hexadecimal(philox(c, k))}
        for c, k in cases
    ]


def stream_cases():
    cases = []
    for seed in SEEDS:
        for purpose in (EMBEDDING_NOISE, DIRECTION_SCALAR, TOKEN_SAMPLING):
            for a, b in [(0, 0), (1, 0), (0, 1), (31, 9), (MASK, MASK)]:
                w = words(seed, purpose, a, b, 8)
                wide = int(w[1]) << 32 | int(w[0])
                cases.append({
                    "seed": str(seed), "purpose": purpose, "a": a, "b": b,
                    "words": hexadecimal(w),
                    "uniform": repr(((wide >> 12) + 0.5) * 2.0**-52),
                    "normals": hexadecimal(normals(seed, purpose, a, b, 7)),
                })
    return cases


def matrices(rng):
    """Prompts of several sizes and scales; the smaller ones hold a zero vector in row 2."""
    result = {}
    for d, rows in [(1, 5), (3, 5), (4, 5), (5, 5), (64, 4), (576, 3)]:
        scale = {1: 1.0, 3: 1e-3, 4: 50.0, 5: 0.05, 64: 0.4, 576: 0.13}[d]
        e = (rng.standard_normal((rows, d)) * scale).astype(np.float32)
        if rows == 5:
            e[2] = 0
        result[d] = e
    return result


def noise_cases(prompts):
    kinds = [("isotropic", False), ("hard", False), ("hard", True), ("soft", False),
             ("soft", True), ("orthogonal", False)]
    cases = []
    for d, e in prompts.items():
        draws = [(seed, sigma, copy)
                 for seed, sigma, copy in zip(SEEDS, [0.8, 0.05, 3.15, 100.0, 1e-4, 0.0],
                                              [0, 1, 9, MASK, 2, 3])]
        for kind, matched in kinds:
            for seed, sigma, copy in draws[:2] if d == 576 else draws:
                positions = [0, 2] if len(e) < 5 else [1, 2, 4]
                rows = [perturb(e[p], kind, sigma, matched, seed, p, copy) for p in positions]
                cases.append({
                    "dimensions": d, "kind": kind, "powerMatched": matched, "seed": str(seed),
                    "sigma": repr(sigma), "copy": copy, "positions": positions,
                    "rows": hexadecimal(np.concatenate(rows)),
                })
    return cases


def sigma_cases(prompts):
    """Absolute values of the relative sigma 0.5 over rows 0, 2 and all rows."""
    cases = []
    for d, e in prompts.items():
        for positions in ([0, 2], list(range(len(e)))):
            chosen = e[positions].astype(np.float64)
            cases.append({
                "dimensions": d, "positions": positions, "value": "0.5",
                "directional": repr(float(0.5 * np.linalg.norm(chosen, axis=1).mean())),
                "perDimension": repr(float(0.5 * np.sqrt((chosen**2).mean()))),
            })
    return cases


def vectors():
    for counter, key, answer in KNOWN_ANSWERS:
        if tuple(philox(counter, key)) != answer:
            sys.exit(f"Philox differs from the known answer for counter {counter}")
    rng = np.random.Generator(np.random.PCG64(250116497))
    prompts = matrices(rng)
    return {
        "generator": "Tools/golden/noise.py",
        "numpy": np.__version__,
        "philox": philox_cases(rng),
        "streams": stream_cases(),
        "matrices": [
            {"dimensions": d, "rows": len(e), "values": hexadecimal(e)}
            for d, e in prompts.items()
        ],
        "noise": noise_cases(prompts),
        "sigma": sigma_cases(prompts),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    content = vectors()
    lines = ["{"]
    for key, value in content.items():
        end = "" if key == "sigma" else ","
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            lines.append(f'"{key}":[\n{rows}\n]{end}')
        else:
            lines.append(f'"{key}":{json.dumps(value)}{end}')
    data = ("\n".join(lines) + "\n}\n").encode()
    files = {
        "noise.json": data,
        "noise.json.sha256": f"{hashlib.sha256(data).hexdigest()}  noise.json\n".encode(),
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
