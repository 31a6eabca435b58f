"""Search the largest batch that fits: double until one fails, bisect, step back, and run what is returned once more.

A pure plan: what "fits" means is a function handed in, and each call of it is a probe.

    1. sizes double from the start until one fails (from a start that fails they halve until one fits)
    2. the bracket (largest that fitted, smallest that failed) is bisected until it is narrower than 12 %
    3. 90 % of the largest that fitted is the answer, and is run again: memory is fuller and more broken up in a
       training than in a probe. Should it fail now, 90 % of it is tried, and so on.

Where the cap is reached and nothing failed, memory is not the limit and the cap itself is the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ayar.base.errors import ArgumentError

MOST_PROBES = 15
NARROW = 0.12
"""Width of the bracket at which bisection ends, as a share of its lower end."""
SHARE = 0.9
"""Of the largest size that fitted: room for what a probe does not see."""
_DOUBLINGS = 9
"""As many leave room for a failure, four halvings of the bracket and the last run: 15 probes in all."""


@dataclass(frozen=True)
class Bracket:
    """What the search found."""

    chosen: int
    """The answer: a size that ran."""
    fitted: int
    """Largest that fitted."""
    failed: int | None
    """Smallest that failed; None where the cap was reached."""


def first_size(cap: int) -> int:
    """Where doubling starts: at 2, higher only where the cap is more than nine doublings away."""
    start = 2
    while start << _DOUBLINGS < cap:
        start *= 2
    return min(start, cap)


def search_largest(fits: Callable[[int], bool], cap: int) -> Bracket:
    """The largest batch up to `cap`, in at most 15 probes.

    Arguments:
        fits: runs real batches of a size, True if memory held them.
        cap: no larger size is tried.

    Raises:
        ArgumentError: not even one row fits.

    >>> search_largest(lambda size: size <= 300, cap=4096)
    Bracket(chosen=259, fitted=288, failed=320)
    """
    probes = 0

    def counted(size: int) -> bool:
        nonlocal probes
        probes += 1
        return fits(size)

    low, high = _bracket(counted, cap)
    if high is None:
        return Bracket(low, low, None)
    while high - low > max(1, NARROW * low) and probes < MOST_PROBES - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if counted(middle) else (low, middle)
    chosen = max(1, int(SHARE * low))
    while not counted(chosen):
        high = min(high, chosen)
        if chosen == 1 or probes >= MOST_PROBES:
            raise _nothing(chosen)
        chosen = max(1, int(SHARE * chosen))
    return Bracket(chosen, low, high)


def _bracket(fits: Callable[[int], bool], cap: int) -> tuple[int, int | None]:
    """The largest power of two that fits, and the size above it that does not; None above if the cap fits."""
    size = first_size(cap)
    if fits(size):
        while size < cap:
            larger = min(2 * size, cap)
            if not fits(larger):
                return size, larger
            size = larger
        return size, None
    while size > 1:
        smaller = size // 2
        if fits(smaller):
            return smaller, size
        size = smaller
    raise _nothing(1)


def _nothing(size: int) -> ArgumentError:
    return ArgumentError(
        f"expected a batch that fits into memory; the last one tried has {size} row(s), and memory ran out: "
        "use a smaller model, shorter rows, or a device with more memory"
    )
