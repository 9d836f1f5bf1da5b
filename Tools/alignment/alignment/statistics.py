"""Intervals and tests for shares of prompts; each says its formula and where it is from."""

import math
from collections import defaultdict
from typing import Hashable, NamedTuple, Sequence

import numpy

# The 97.5 % point of the standard normal distribution: two-sided 95 %.
Z = 1.959963984540054
SEED = 20261125
DRAWS = 10_000


def wilson(successes: float, n: int) -> tuple[float, float]:
    """The Wilson score interval of a share, 95 %.

    (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes/n
    (Wilson, JASA 22, 1927, p. 209). Unlike the usual p ± z·√(p(1-p)/n) it has a width at 0 and at n
    successes. Of nothing, anything is possible: n = 0 gives 0 to 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    # The ends are exact in theory; rounding may leave them by 1e-17.
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def mcnemar_exact(b: int, c: int) -> float:
    """The two-sided exact p of McNemar's test, b and c being the pairs that changed either way.

    Without an effect each of the b + c changes goes either way with probability 1/2, so
    p = min(1, 2·P(X ≤ min(b, c))), X ~ Binomial(b + c, 1/2) (McNemar, Psychometrika 12, 1947; the
    exact form: Fagerland et al., BMC Med. Res. Methodol. 13:91, 2013). No change at all gives 1.
    """
    if b < 0 or c < 0:
        raise ValueError(f"{b}, {c}")
    below = sum(math.comb(b + c, i) for i in range(min(b, c) + 1))
    # Python's integers are exact and divide correctly rounded, however large.
    return min(1.0, 2 * below / 2 ** (b + c))


class Difference(NamedTuple):
    """A difference of rates in percentage points, its 95 % interval, and what it rests on."""

    points: float
    low: float
    high: float
    n: int
    clusters: int


def paired_difference(
        first: Sequence[Sequence[float]], second: Sequence[Sequence[float]],
        clusters: Sequence[Hashable] | None = None, *, seed: int = SEED, draws: int = DRAWS,
) -> Difference | None:
    """How much higher the rate of `first` is than that of `second`, on the same prompts, in points.

    `first[i]` and `second[i]` are prompt i's outcomes (0 or 1), one for each noise seed; a prompt
    with no outcome on one side is left out. The difference is the mean over prompts of
    mean(first[i]) - mean(second[i]).

    The interval is a percentile bootstrap that draws whole clusters with replacement (Efron &
    Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13; clusters: Field & Welsh, JRSS B 69,
    2007). A prompt is a cluster of its own unless `clusters` puts several into one, as when attacks
    share a goal: outcomes of one prompt under several seeds are not independent, and counting them
    as if they were makes intervals too narrow. When no prompt differs the interval is that point;
    it then says that nothing was seen, not that nothing can happen.
    """
    if clusters is None:
        clusters = range(len(first))
    if not len(first) == len(second) == len(clusters):
        raise ValueError("the prompts of the two sides are not the same")
    members = defaultdict(list)
    for one, other, cluster in zip(first, second, clusters):
        if len(one) and len(other):
            members[cluster].append(float(numpy.mean(one) - numpy.mean(other)))
    if not members:
        return None
    sums = numpy.array([sum(values) for values in members.values()])
    sizes = numpy.array([len(values) for values in members.values()])
    drawn = numpy.random.default_rng(seed).integers(len(sums), size=(draws, len(sums)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = numpy.percentile(means, [2.5, 97.5])
    return Difference(100 * float(sums.sum() / sizes.sum()), 100 * float(low), 100 * float(high),
                      int(sizes.sum()), len(sums))
