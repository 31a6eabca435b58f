"""A clock that moves only when told: leases end, budgets run out and sleepers wake without a test waiting."""

MICROSECONDS = 1_000_000


class FakeClock:
    """Implements `ayar.base.clock.Clock`; all its readings come from one count.

    >>> clock = FakeClock()
    >>> before = clock.steady()
    >>> clock.sleep(1.5)
    >>> clock.steady() - before
    1500000
    """

    def __init__(self, boot: str = "boot-1") -> None:
        """`boot` is the identity of the boot in which the clock counts."""
        self._boot = boot
        self._now = 1_000 * MICROSECONDS
        self._wall = 1_700_000_000 * MICROSECONDS

    @property
    def boot(self) -> str:
        """Identity of this boot."""
        return self._boot

    def wall(self) -> int:
        """Microseconds since 1970, as set."""
        return self._wall

    def steady(self) -> int:
        """Microseconds that passed so far."""
        return self._now

    def elapsed(self) -> float:
        """Seconds that passed so far."""
        return self._now / MICROSECONDS

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass, at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move all readings on."""
        passed = round(seconds * MICROSECONDS)
        self._now += passed
        self._wall += passed

    def set_wall(self, microseconds: int) -> None:
        """Set the wall clock, as a person or a time server does; the steady clock does not notice."""
        self._wall = microseconds

    def reboot(self, boot: str) -> None:
        """Start counting anew, in another boot."""
        self._boot = boot
        self._now = MICROSECONDS
