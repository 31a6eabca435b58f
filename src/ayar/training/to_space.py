"""From what a training told to a space for the search after it: ranges about the found values, with priors.

    learning rate   a decade to each side, log-normal
    weight decay    a decade to each side; found 0: from 0 up to the smallest decay that was tried and did not help
    momentum        1 − μ half a decade to each side; a cycled band: the band
    batch size      the found size and its two neighbours, half and double; or fixed

What no stage looked at is left as it is.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ayar.base.errors import SpaceError, did_you_mean
from ayar.space.domains import Constant, Domain, Float, Ordinal
from ayar.space.narrowed import Finding, Narrowed, narrow
from ayar.space.parse import space_of
from ayar.space.space import Space

ROLES: Mapping[str, tuple[str, ...]] = {
    "lr": ("lr", "max_lr", "learning_rate", "learning_rate_init", "eta0"),
    "momentum": ("momentum", "beta1", "beta_1"),
    "weight_decay": ("weight_decay", "l2", "alpha"),
    "batch_size": ("batch_size", "batch"),
}
"""What a setting is called in people's spaces."""
DECADE = 10.0


@dataclass(frozen=True)
class Known:
    """What the stages found; None for what no stage looked at."""

    lr: float | None = None
    momentum: float | tuple[float, float] | None = None
    """One value, or a cycled band (high, low)."""
    weight_decay: float | None = None
    least_decay: float = 1e-5
    """The smallest weight decay above 0 that was tried."""
    batch_size: int | None = None


def to_space(
    known: Known,
    space: Space | Mapping[str, Any] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    widen: bool = False,
    fix_batch: bool = False,
) -> Narrowed:
    """The space of a search, narrowed about what is known.

    Arguments:
        known: what the stages found.
        space: the full space; None: one made of what is known, with the names lr, momentum, weight_decay, batch_size.
        names: setting ("lr", "momentum", "weight_decay", "batch_size") to its name in the space, where that is not one
            of the usual ones.
        widen: keep the full ranges; the priors and the point stay.
        fix_batch: the batch size is no longer searched.

    Raises:
        SpaceError: nothing is known, a setting that does not exist, or a name that the space has not.

    >>> found = to_space(Known(lr=0.1), {"lr": Float(1e-6, 1.0, log=True), "width": [64, 128]})
    >>> found.space.params["lr"].low, found.space.params["lr"].high, found.point
    (0.01, 1.0, {'lr': 0.1})
    """
    findings = _findings(known)
    full = _full(findings) if space is None else space_of(space)
    if not full.params:
        raise SpaceError("nothing is known of learning rate, momentum, weight decay or batch size; give a space")
    places = _places(full, findings, names or {})
    fixed = places.get("batch_size") if fix_batch else None
    if fixed is not None and known.batch_size is not None:
        full = Space(
            {**full.params, fixed: _fixed(full.params[fixed], known.batch_size)},
            constraints=full.constraints,
            forbidden=full.forbidden,
            fixed=full.fixed,
        )
        del places["batch_size"]
    return narrow(full, {name: findings[role] for role, name in places.items()}, widen=widen)


def _findings(known: Known) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    if known.lr is not None:
        found["lr"] = _decades(known.lr, "learning rate found, a decade to each side")
    if known.momentum is not None:
        found["momentum"] = _momentum(known.momentum)
    if known.weight_decay:
        found["weight_decay"] = _decades(known.weight_decay, "weight decay found, a decade to each side")
    elif known.weight_decay is not None:
        top = known.least_decay * DECADE
        found["weight_decay"] = Finding(0.0, 0.0, top, "no weight decay was best")
    if known.batch_size is not None:
        size = known.batch_size
        found["batch_size"] = Finding(size, max(1, size // 2), 2 * size, "batch size found, and its neighbours")
    return found


def _decades(value: float, why: str) -> Finding:
    return Finding(value, value / DECADE, value * DECADE, why)


def _momentum(found: float | tuple[float, float]) -> Finding:
    if isinstance(found, tuple):
        high, low = found
        return Finding((high + low) / 2, low, high, "the band that was cycled")
    rest, half = 1.0 - found, math.sqrt(DECADE)
    return Finding(found, max(0.0, 1.0 - rest * half), 1.0 - rest / half, "momentum found, its time scale about 3x")


def _full(findings: Mapping[str, Finding]) -> Space:
    """A space to narrow where the user gave none: as wide as anybody would search."""
    made: dict[str, Domain] = {}
    if "lr" in findings:
        value = findings["lr"].value
        made["lr"] = Float(min(1e-6, value / DECADE), max(10.0, value * DECADE), log=True)
    if "momentum" in findings:
        made["momentum"] = Float(0.0, 0.999)
    if "weight_decay" in findings:
        made["weight_decay"] = Float(1e-7, 1.0, log=True)
    if "batch_size" in findings:
        sizes = sorted({int(item) for item in (findings["batch_size"].low, findings["batch_size"].high)})
        made["batch_size"] = Ordinal(sorted({*sizes, int(findings["batch_size"].value)}))
    return Space(made)


def _fixed(domain: Domain, size: int) -> Domain:
    return Constant(size, when=domain.when)


def _places(space: Space, roles: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Role to the parameter that plays it, of those that are known and in the space."""
    for role, name in names.items():
        if role not in ROLES:
            raise SpaceError(f"names: no setting is called {role!r}{did_you_mean(role, ROLES)}")
        if name not in space.params:
            raise SpaceError(f"names: no parameter is called {name!r}{did_you_mean(name, space.params)}")
    places = {}
    for role in roles:
        usual = (names[role],) if role in names else ROLES[role]
        place = next((name for name in usual if name in space.params), None)
        if place is not None:
            places[role] = place
    return places
