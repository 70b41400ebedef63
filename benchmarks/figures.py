"""What a benchmark prints: medians with their spread, as ratios."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def told(name: str, seconds: Sequence[float], limit: Sequence[float] = ()) -> str:
    """A line: median, quartiles, and the ratio to the median of ``limit``."""
    low, middle, high = (round(one * 1000) for one in statistics.quantiles(seconds, n=4))
    ratio = statistics.median(seconds) / statistics.median(limit or seconds)
    return f"{name:14} {middle:6} ms ({low} to {high})  {ratio:.1f}"
