"""The interval of a share of prompts, with its formula and where it is from."""

import math

# The 97.5 % point of the standard normal distribution: two-sided 95 %.
Z = 1.959963984540054


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
