"""What time it is, and how much of it has passed: two clocks, in milliseconds."""

from __future__ import annotations

import time

from swsmatrix.protocol import Millis


def now() -> Millis:
    """As others tell the time, too; somebody may put it back."""
    return time.time_ns() // 1_000_000


def elapsed() -> Millis:
    """Only grows, while the machine is suspended as well (where it can tell). It means nothing elsewhere."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000
