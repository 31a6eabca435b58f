"""How much work a model-based proposal may do: counts, never seconds, so that a proposal stays a pure function.

The milliseconds that name an effort are what it costs on one ordinary core with ten mixed parameters, however many
trials were told (measured: docs/performance.md).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Counts of one proposal."""

    rows: int
    """Told rows that a model holds at most."""
    candidates: int
    """Points scored before the local search."""
    starts: int
    """Of these, how many the local search starts from."""


EFFORTS: dict[int, Effort] = {
    8: Effort(40, 64, 2),
    16: Effort(80, 128, 3),
    32: Effort(160, 256, 6),
    64: Effort(320, 256, 8),
    128: Effort(640, 256, 8),
    256: Effort(1_000, 256, 8),
}
"""Milliseconds, powers of two -> counts."""
FULL = 256


def within(milliseconds: float) -> int:
    """The name of the largest effort that costs no more, or of the least there is.

    >>> [within(ms) for ms in (5.0, 20.0, 1e9)]
    [8, 16, 256]
    """
    return max((name for name in EFFORTS if name <= milliseconds), default=min(EFFORTS))
