"""How far a share of what was counted can be trusted."""

from __future__ import annotations

import math

_NORMAL = 1.96
"""Two-sided 95 % point of the normal distribution."""

Interval = tuple[float, float]
"""Lower and upper end of a share, 0 to 1."""


def wilson(count: int, total: int) -> Interval | None:
    """Return the 95 % score interval of a share; None of nothing.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927. It
    stays within 0 and 1 and holds for few cases, unlike the usual one.
    """
    if total == 0:
        return None
    share, square = count / total, _NORMAL**2
    middle = share + square / (2 * total)
    reach = _NORMAL * math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    whole = 1 + square / total
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
