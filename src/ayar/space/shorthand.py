"""Short ways to write a domain, read into the long one.

(1e-5, 0.1)               bounds: two ints make Int, else Float; (0, 1, float) and (1.0, 8.0, int) say which
["rbf", "poly"]           choices
range(16, 257, 16)        Int by steps
{"low": 1e-5, "high": 0.1, "log": True}           a table, as in TOML or JSON; also {"choices": [...]}, {"value": 3}
Vector((0.0, 1.0), 3)     a vector: x[0], x[1], x[2]; in a table {"low": 0.0, "high": 1.0, "size": 3}
{"svm": {"C": (0.1, 10)}, "forest": {...}}        nested: a choice of branches, each with its own parameters
scipy.stats.loguniform(1e-5, 0.1)                 a frozen distribution
3, "adam", None, True                             a constant
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.space.domains import Bool, Categorical, Constant, Domain, Float, Int, Normal, Ordinal
from ayar.space.values import is_number, native
from ayar.space.vector import Vector, entry_names

_MARKS = {"low", "high", "log", "step", "choices", "value", "type", "when", "default", "prior", "size"}
_NUMBER = {"low", "high", "log", "step", "when", "default", "prior"}
_CHOICE = {"choices", "when", "default", "prior"}
_TABLES: dict[str, tuple[Callable[..., Domain], set[str]]] = {
    "float": (Float, _NUMBER),
    "int": (Int, _NUMBER),
    "categorical": (Categorical, _CHOICE),
    "ordinal": (Ordinal, _CHOICE),
    "bool": (Bool, _CHOICE - {"choices"}),
    "constant": (Constant, {"value", "when"}),
}
_POSITIONAL = ("low", "high", "choices", "value")
_NUMBER_TEXT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def domains_of(params: Any, path: str = "$.space") -> dict[str, Domain]:
    """Name to domain, from any mix of the spellings above.

    Arguments:
        params: mapping of names to domains or their short forms.
        path: where `params` stands, for messages.

    Raises:
        SpaceError: what cannot be read; the message names the path.
    """
    if not isinstance(params, Mapping):
        raise SpaceError(f'{path}: a space is a mapping such as {{"lr": (1e-5, 0.1)}}, got {shorten(params)}')
    found: dict[str, Domain] = {}
    origin: dict[str, str] = {}
    for name, spec in params.items():
        for child, domain, where in _read(name, spec, f"{path}.{name}"):
            known = found.get(child)
            found[child] = domain if known is None else _shared(child, (known, origin[child]), (domain, where))
            origin[child] = where
    return found


def _read(name: Any, spec: Any, path: str) -> Iterator[tuple[str, Domain, str]]:
    """(name, domain, path) of one entry, and of the parameters in its branches."""
    if not isinstance(name, str) or not name or re.search("[\ud800-\udfff]", name):
        raise SpaceError(f"{path}: parameter names are text, got {shorten(name)}")
    spec = _sized(spec, path)
    if isinstance(spec, Vector):
        domain = domain_of(spec.of, path)
        yield from ((entry, domain, path) for entry in entry_names(name, spec.size))
    elif _is_nested(spec):
        yield name, Categorical(list(spec)), path
        for branch, params in spec.items():
            for child, domain in domains_of(params, f"{path}.{branch}").items():
                yield child, _under(domain, name, branch, f"{path}.{branch}.{child}"), f"{path}.{branch}.{child}"
    else:
        yield name, domain_of(spec, path), path


def _sized(spec: Any, path: str) -> Any:
    """A table that has a size as the vector it means; anything else as it is."""
    if not isinstance(spec, Mapping) or "size" not in spec or isinstance(spec["size"], Mapping):
        return spec
    try:
        return Vector({key: value for key, value in spec.items() if key != "size"}, spec["size"])
    except SpaceError as error:
        raise SpaceError(f"{path}: {error}") from None


def _is_nested(spec: Any) -> bool:
    return (
        isinstance(spec, Mapping)
        and len(spec) > 0
        and all(isinstance(branch, Mapping) for branch in spec.values())
        and not spec.keys() & {"value", "choices"}
    )


def _under(domain: Domain, parent: str, branch: Any, path: str) -> Domain:
    """`domain`, active only in one branch."""
    if parent in (domain.when or {}):
        raise SpaceError(f"{path}: `when` names {parent!r}, which this branch decides; leave it out")
    return domain.under({parent: [branch], **(domain.when or {})})


def _shared(name: str, first: tuple[Domain, str], second: tuple[Domain, str]) -> Domain:
    """One parameter that several branches hold: active in any of them."""
    (old, there), (new, here) = first, second
    before, after = old.when or {}, new.when or {}
    differing = [parent for parent in {**before, **after} if before.get(parent) != after.get(parent)]
    if old.without_when() != new.without_when() or before.keys() != after.keys() or len(differing) != 1:
        raise SpaceError(
            f"{here}: the name {name!r} is taken by {there} = {old!r}, which differs from {new!r}; "
            "rename one of them, or make them equal to share it"
        )
    (branching,) = differing
    return old.under({**before, branching: [*before[branching], *after[branching]]})


def domain_of(spec: Any, path: str) -> Domain:
    """One domain from any spelling but the nested one.

    Raises:
        SpaceError: what cannot be read; the message names the path.
    """
    if isinstance(spec, Domain):
        return spec
    try:
        return _domain_of(native(spec))
    except SpaceError as error:
        raise SpaceError(f"{path}: {error}") from None


def _domain_of(spec: Any) -> Domain:
    if isinstance(spec, tuple):
        return _bounds(spec)
    if isinstance(spec, range):
        return _steps(spec)
    if isinstance(spec, list | np.ndarray):
        return Categorical(spec)
    if isinstance(spec, Mapping):
        return _table(spec)
    if hasattr(spec, "dist") and hasattr(spec, "ppf"):
        return _distribution(spec)
    if spec is None or isinstance(spec, bool | int | float | str):
        return Constant(spec)
    raise SpaceError(
        f"cannot read {type(spec).__name__} {shorten(spec)} as a parameter; write (low, high), a list of choices, or "
        "Constant(value) to pass it on as it is"
    )


def _bounds(spec: tuple[Any, ...]) -> Domain:
    if len(spec) == 3 and spec[2] in (int, float) and all(is_number(bound) for bound in spec[:2]):
        return _typed(*spec)
    if len(spec) != 2:
        raise SpaceError(
            f"a tuple is (low, high), or (low, high, int) and (low, high, float), got {len(spec)} parts in "
            f"{shorten(spec)}; write Float(low, high, log=True), Float(low, high, step=...) or Int(...), or a list "
            "for choices"
        )
    if not all(is_number(bound) for bound in spec):
        raise SpaceError(f"a tuple is (low, high), two numbers, got {shorten(spec)}; write a list for choices")
    low, high = spec
    return Int(low, high) if type(low) is int and type(high) is int else Float(low, high)


def _typed(low: float, high: float, kind: type) -> Domain:
    return Float(low, high) if kind is float else Int(_whole(low), _whole(high))


def _whole(bound: float) -> Any:
    return int(bound) if float(bound).is_integer() else bound


def _steps(spec: range) -> Domain:
    if not spec:
        raise SpaceError(f"{spec!r} is empty")
    first, last = min(spec[0], spec[-1]), max(spec[0], spec[-1])
    return Int(first, last, step=abs(spec.step) if first != last else 1)


def _table(spec: Mapping[Any, Any]) -> Domain:
    kind = spec["type"] if "type" in spec else _table_kind(spec)
    if kind not in _TABLES:
        raise SpaceError(f"unknown type {shorten(kind)}{did_you_mean(str(kind), _TABLES)}")
    make, allowed = _TABLES[kind]
    for key in spec:
        if key not in allowed | {"type"}:
            raise SpaceError(f"unknown key {key!r} for {kind}{did_you_mean(str(key), allowed)}")
    values = {key: _number_text(key, value) for key, value in spec.items() if key != "type"}
    if "prior" in values and isinstance(values["prior"], Mapping):
        values["prior"] = _normal(values["prior"])
    missing = [key for key in _POSITIONAL if key in allowed and key not in values]
    if missing:
        raise SpaceError(f"{kind} needs {' and '.join(missing)}, got {shorten(dict(spec))}")
    positional = [values.pop(key) for key in _POSITIONAL if key in values]
    return make(*positional, **values)


def _table_kind(spec: Mapping[Any, Any]) -> str:
    if "choices" in spec:
        return "categorical"
    if "value" in spec:
        return "constant"
    if "low" in spec or "high" in spec:
        bounds = [_number_text(key, spec[key]) for key in ("low", "high") if key in spec]
        step_is_int = type(_number_text("step", spec.get("step", 1))) is int
        return "int" if step_is_int and all(type(bound) is int for bound in bounds) else "float"
    unknown = next((key for key in spec if key not in _MARKS), None)
    near = "" if unknown is None else did_you_mean(str(unknown), _MARKS)
    raise SpaceError(
        f"a table needs low and high, choices, or value, and nested choices a mapping for each branch, got "
        f"{shorten(dict(spec))}" + (f": unknown key {unknown!r}{near}" if unknown is not None else "")
    )


def _number_text(key: str, value: Any) -> Any:
    """Bounds that a YAML reader left as text (1e-5 has no dot) as numbers."""
    if key not in ("low", "high", "step") or not isinstance(value, str) or not _NUMBER_TEXT.fullmatch(value.strip()):
        return value
    return int(value) if value.strip().lstrip("+-").isdigit() else float(value)


def _normal(prior: Mapping[Any, Any]) -> Normal:
    if prior.keys() != {"mean", "sd"}:
        raise SpaceError(f"the prior of a number is {{mean = ..., sd = ...}}, got {shorten(dict(prior))}")
    return Normal(prior["mean"], prior["sd"])


def _distribution(spec: Any) -> Domain:
    """A frozen scipy.stats distribution: its support, or where that is unbounded its 0.1 % and 99.9 % quantiles."""
    name = spec.dist.name
    low, high = (float(bound) for bound in spec.support())
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = (float(bound) for bound in spec.ppf([0.001, 0.999]))
    if hasattr(spec, "pmf"):
        return Int(int(low), int(high), prior=None if name == "randint" else _moments(spec, low, high))
    if name in ("uniform", "loguniform", "reciprocal"):
        return Float(low, high, log=name != "uniform")
    if name == "lognorm" and low > 0:
        mean, sd = math.log(float(spec.median())), math.log(float(spec.ppf(_ONE_SD)) / float(spec.median()))
        return Float(low, high, log=True, prior=Normal(math.exp(mean), sd))
    return Float(low, high, prior=_moments(spec, low, high))


_ONE_SD = 0.8413447460685429
"""Φ(1): the quantile one standard deviation above the median of a normal."""


def _moments(spec: Any, low: float, high: float) -> Normal | None:
    """The normal of the same mean and deviation; None where these do not exist or lie outside."""
    mean, sd = float(spec.mean()), float(spec.std())
    return Normal(mean, sd) if low <= mean <= high and math.isfinite(sd) and sd > 0 else None
