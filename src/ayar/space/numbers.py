"""Numbers as parameters: `Float` and `Int`, on a linear or a log scale, continuous or by steps."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.domain import Domain, put, settle
from ayar.space.prior import Normal, check_normal
from ayar.space.ticks import EXACT, Ticks, decimal_ticks
from ayar.space.values import is_number, native


def _float(value: Any, what: str, where: str) -> float:
    value = native(value)
    if not is_number(value):
        raise SpaceError(f"{where}: {what} must be a number, got {type(value).__name__} {shorten(value)}")
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise SpaceError(f"{where}: {what} must be finite, got {value}; choose the widest range you would really try")
    return float(value) + 0.0


def _int(value: Any, what: str, where: str) -> int:
    value = native(value)
    if type(value) is not int:
        hint = f"; write {int(value)}" if type(value) is float and value.is_integer() else "; use Float for fractions"
        raise SpaceError(f"{where}: {what} must be an int, got {type(value).__name__} {shorten(value)}{hint}")
    if abs(value) > EXACT:
        raise SpaceError(f"{where}: {what} must lie within ±2**53, where floats still tell integers apart, got {value}")
    return value


def _check_range(low: float, high: float, log: Any, where: str) -> None:
    if low > high:
        raise SpaceError(f"{where}: needs low <= high, got low={low!r}, high={high!r}; swap them: ({high!r}, {low!r})")
    if not isinstance(log, bool):
        raise SpaceError(f"{where}: log is True or False, got {shorten(log)}")
    if log and low <= 0:
        raise SpaceError(f"{where}: log=True needs low > 0, got low={low!r}; start above 0, or leave out log=True")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Float(Domain):
    """A real number between two bounds, both included.

    Arguments:
        low, high: finite bounds; low == high is a parameter with one value.
        log: search the logarithm; needs low > 0.
        step: only low, low + step, ..., high; must divide high - low; not with log.
        when: parents' values under which it is active, such as {"kernel": "rbf"} or {"kernel": ["rbf", "poly"]}.
        default: the value you would use without tuning.
        prior: what you believe before the first trial, as Normal(mean, sd).

    Raises:
        SpaceError: arguments that contradict each other.

    >>> Float(1e-5, 1e-1, log=True)
    Float(1e-05, 0.1, log=True)
    """

    low: float
    high: float
    _: KW_ONLY
    log: bool = False
    step: float | None = None
    when: Mapping[str, Any] | None = None
    default: Any = UNSET
    prior: Normal | None = None
    ticks: Ticks | None = field(init=False, default=None)
    levels: int = field(init=False, default=0)
    key: tuple[Hashable, ...] = field(init=False, default=())
    kind: ClassVar[str] = "float"

    def __post_init__(self) -> None:
        """Check and normalise."""
        put(self, low=_float(self.low, "low", "Float"), high=_float(self.high, "high", "Float"))
        where = f"Float({self.low!r}, {self.high!r})"
        _check_range(self.low, self.high, self.log, where)
        if not math.isfinite(self.high - self.low):
            raise SpaceError(
                f"{where}: high - low must be a finite float; use log=True on a positive range, or narrow it"
            )
        if self.step is not None:
            self._take_step(_float(self.step, "step", where), where)
        elif self.low == self.high:
            put(self, ticks=Ticks(self.low, 1.0), levels=1)
        check_normal(self.prior, self.low, self.high, where)
        settle(self, self.low, self.high, self.log, self.step, self.prior)

    def _take_step(self, step: float, where: str) -> None:
        if step <= 0:
            raise SpaceError(f"{where}: step must be above 0, got {step!r}")
        if self.log:
            raise SpaceError(f"{where}: step and log=True exclude each other; use Ordinal([...]) for chosen values")
        ticks = decimal_ticks(self.low, self.high, step)
        count = (self.high - self.low) / step
        if abs(count - round(count)) > 1e-9 * max(1.0, count):
            below, above = ticks.value(math.floor(count)), ticks.value(math.ceil(count))
            raise SpaceError(
                f"{where}: step must divide high - low, got step={step!r}; end at {below!r} or {above!r} instead"
            )
        if round(count) >= EXACT:
            raise SpaceError(f"{where}: step={step!r} makes more values than a float can count; leave out step")
        put(self, step=step, ticks=ticks, levels=round(count) + 1, high=ticks.value(round(count)))

    def fault(self, value: Any) -> str | None:
        """Why `value` is not a float of this range; None if it is."""
        if type(value) is not float:
            return f"expected a float in [{self.low!r}, {self.high!r}], got {type(value).__name__} {shorten(value)}"
        if not self.low <= value <= self.high:
            return f"expected a float in [{self.low!r}, {self.high!r}], got {value!r}"
        if self.ticks is not None:
            near = self.ticks.nearest(value)
            if near != value:
                return f"expected a step of {self.step!r} from {self.low!r}, got {value!r}; the nearest is {near!r}"
        return None

    def code(self, value: Any) -> float:
        """`value` itself; NaN for what is no number."""
        if type(value) is float:
            return value
        return float(value) if is_number(value) else math.nan

    def value(self, code: float) -> float:
        """The code itself."""
        return float(code)

    def tick(self, index: int) -> float:
        """Grid value number `index`."""
        if self.ticks is None:
            raise SpaceError(f"{self!r} is continuous: it has no values to count; give it a step")
        return self.ticks.value(index)

    def adopt(self, value: Any) -> Any:
        """Native, with an int read as the float that is meant."""
        value = native(value)
        return float(value) if type(value) is int and abs(value) <= EXACT else value

    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """See Domain."""
        options = {"log": self.log, "step": self.step, "prior": self.prior}
        return [repr(self.low), repr(self.high)], {name: value for name, value in options.items() if value}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Int(Domain):
    """A whole number between two bounds, both included.

    Arguments:
        low, high: bounds within ±2**53.
        log: search the logarithm; needs low >= 1.
        step: only low, low + step, ..., high; must divide high - low; not with log.
        when, default, prior: as for Float.

    Raises:
        SpaceError: arguments that contradict each other.

    >>> Int(16, 256, step=16)
    Int(16, 256, step=16)
    """

    low: int
    high: int
    _: KW_ONLY
    log: bool = False
    step: int = 1
    when: Mapping[str, Any] | None = None
    default: Any = UNSET
    prior: Normal | None = None
    levels: int = field(init=False, default=0)
    key: tuple[Hashable, ...] = field(init=False, default=())
    kind: ClassVar[str] = "int"

    def __post_init__(self) -> None:
        """Check and normalise."""
        put(self, low=_int(self.low, "low", "Int"), high=_int(self.high, "high", "Int"))
        where = f"Int({self.low}, {self.high})"
        _check_range(self.low, self.high, self.log, where)
        put(self, step=_int(self.step, "step", where))
        if self.step < 1:
            raise SpaceError(f"{where}: step must be at least 1, got {self.step}")
        if self.log and self.step != 1:
            raise SpaceError(f"{where}: step and log=True exclude each other; use Ordinal([...]) for chosen values")
        if (self.high - self.low) % self.step:
            end = self.high - (self.high - self.low) % self.step
            raise SpaceError(
                f"{where}: step must divide high - low, got step={self.step}; end at {end} or {end + self.step} instead"
            )
        put(self, levels=(self.high - self.low) // self.step + 1)
        check_normal(self.prior, self.low, self.high, where)
        settle(self, self.low, self.high, self.log, self.step, self.prior)

    def fault(self, value: Any) -> str | None:
        """Why `value` is not an int of this range; None if it is."""
        if type(value) is not int:
            return f"expected an int in [{self.low}, {self.high}], got {type(value).__name__} {shorten(value)}"
        if not self.low <= value <= self.high:
            return f"expected an int in [{self.low}, {self.high}], got {value}"
        if (value - self.low) % self.step:
            return f"expected a step of {self.step} from {self.low}, got {value}"
        return None

    def code(self, value: Any) -> float:
        """`value` itself; NaN for what is no number."""
        return float(value) if is_number(value) and abs(value) <= EXACT else math.nan

    def value(self, code: float) -> int:
        """The code as an int."""
        return int(code)

    def tick(self, index: int) -> float:
        """Grid value number `index`."""
        return float(self.low + index * self.step)

    def arguments(self) -> tuple[list[str], dict[str, Any]]:
        """See Domain."""
        options = {"log": self.log, "step": self.step if self.step != 1 else None, "prior": self.prior}
        return [repr(self.low), repr(self.high)], {name: value for name, value in options.items() if value}
