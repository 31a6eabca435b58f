"""Spaces as users of other tuners write them, read into domains. No other tuner is imported: objects by duck type.

(1e-3, 1e3, "log-uniform"), (1, 9)               scikit-optimize: bounds with a prior
Real(1e-3, 1e3, prior="log-uniform"), Integer(1, 9), Categorical(["a", "b"])      its objects
FloatDistribution(1e-3, 1e3, log=True)           Optuna's
[0.1, 1, 10], np.logspace(-3, 3, 7)              GridSearchCV: choices; numbers in order are `Ordinal`
[SVC(), LogisticRegression()]                    objects are told apart by their repr
scipy.stats.loguniform(1e-3, 1e3)                RandomizedSearchCV
Float(1e-3, 1e3, log=True, when={...})           ours, with all the short forms of `ayar.Space`
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError, shorten
from ayar.space.domains import Categorical, Domain, Float, Int, Ordinal
from ayar.space.shorthand import domain_of
from ayar.space.values import identity, is_number, is_plain, native

_PRIORS = {"uniform": False, "log-uniform": True}
"""scikit-optimize's prior -> whether the scale is logarithmic. The base of its logarithm changes nothing."""


def domain_from(name: str, spec: Any) -> Any:
    """A domain from one spelling; what is spelled as Ayar spells it (nested choices too) is handed on as it is.

    Raises:
        SpaceError: what cannot be read; the message names the parameter.

    >>> domain_from("C", (1e-3, 1e3, "log-uniform"))
    Float(0.001, 1000.0, log=True)
    >>> domain_from("depth", [3, 5, 9]), domain_from("depth", [3, 5, None])
    (Ordinal([3, 5, 9]), Categorical([3, 5, None]))
    """
    where = f"$.space.{name}"
    try:
        if isinstance(spec, tuple):
            return _tuple(spec, where)
        if isinstance(spec, list | np.ndarray):
            return _choices(spec)
        return spec if isinstance(spec, Domain | Mapping) else _object(spec, where)
    except SpaceError as error:
        raise error if str(error).startswith(where) else SpaceError(f"{where}: {error}") from None


def _tuple(spec: tuple[Any, ...], where: str) -> Domain:
    """Bounds, with scikit-optimize's prior and base after them; any other tuple lists choices, as it does there."""
    is_range = len(spec) in (2, 3, 4) and all(is_number(native(bound)) for bound in spec[:2])
    if is_range and (len(spec) == 2 or (isinstance(spec[2], str) and spec[2] in _PRIORS)):
        low, high = (native(bound) for bound in spec[:2])
        return _number(low, high, log=len(spec) > 2 and _PRIORS[spec[2]])
    if is_range and len(spec) == 3 and spec[2] in (int, float):
        return domain_of(spec, where)
    return _choices(spec)


def _number(low: Any, high: Any, *, log: bool, step: Any = None) -> Domain:
    kind: Any = Int if isinstance(low, int) and isinstance(high, int) else Float
    return _whole(kind(low, high, log=log) if step is None else kind(low, high, log=log, step=step))


def _whole(domain: Any) -> Domain:
    found: Domain = domain
    return found


def _choices(values: Iterable[Any], prior: Any = None) -> Domain:
    """Choices; numbers that rise or fall are `Ordinal`, objects get their repr as label."""
    listed = [native(value) for value in (values.tolist() if isinstance(values, np.ndarray) else values)]
    listed = list({identity(value): value for value in listed}.values())
    if prior is None and len(listed) > 2 and all(map(is_number, listed)) and sorted(listed) in (listed, listed[::-1]):
        return Ordinal(sorted(listed))
    weights = None if prior is None else [float(weight) for weight in prior]
    if all(map(is_plain, listed)):
        return Categorical(listed, prior=weights)
    return Categorical(_labelled(listed), prior=weights)


def _labelled(values: list[Any]) -> dict[str, Any]:
    labels = [" ".join(repr(value).split()) for value in values]
    return {
        label if labels.count(label) == 1 else f"{label} ({place})": value
        for place, (label, value) in enumerate(zip(labels, values, strict=True))
    }


def _object(spec: Any, where: str) -> Domain:
    """scikit-optimize's and Optuna's objects, and whatever `ayar.Space` reads."""
    if hasattr(spec, "categories"):
        return _choices(spec.categories, getattr(spec, "prior", None))
    if hasattr(spec, "choices") and not hasattr(spec, "low"):
        return _choices(spec.choices)
    if hasattr(spec, "low") and hasattr(spec, "high"):
        prior = getattr(spec, "prior", "uniform")
        log = bool(getattr(spec, "log", False)) or _PRIORS.get(prior, False)
        step = getattr(spec, "step", None)
        low, high = native(spec.low), native(spec.high)
        return _number(low, high, log=log, step=None if log or step in (None, 1) else step)
    if hasattr(spec, "rvs") and not hasattr(spec, "ppf"):
        raise SpaceError(
            f"expected bounds, choices or a frozen scipy.stats distribution, got {type(spec).__name__} "
            f"{shorten(spec)}, which draws values but does not say from where; write Float(low, high), or a list "
            "of choices"
        )
    return domain_of(spec, where)
