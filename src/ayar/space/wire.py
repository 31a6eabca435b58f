"""Spaces and configurations as JSON, lossless, with a schema version; nothing read is ever run.

A space is {"schema": 1, "params": [{"name": ..., "type": ..., ...}, ...], "constraints": [...], ...}. What JSON has not
is written as one-key objects: {"tuple": [...]}, {"list": [...]}, {"dict": [[key, value], ...]}, {"float": "inf"} and,
for an object, {"label": text}. Objects come back as `Label`, functions as constraints that refuse to be asked; pass the
space again to get both back. In a configuration a choice that is no JSON scalar is {"choice": place, "label": text}.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.constraints import Expression, Function, stored_function
from ayar.space.domains import Bool, Categorical, Choices, Constant, Domain, Float, Int, Label, Normal, Ordinal
from ayar.space.space import Space
from ayar.space.values import is_json_scalar, is_plain

SCHEMA = 2
"""2 knows lists of given points; a space without them is written as 1, which older versions read."""
_TYPES: dict[str, type[Domain]] = {
    "float": Float,
    "int": Int,
    "categorical": Categorical,
    "ordinal": Ordinal,
    "bool": Bool,
    "constant": Constant,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_INFINITIES = {"inf": float("inf"), "-inf": float("-inf")}


def value_to_json(value: Any) -> Any:
    """A plain value or a Label as JSON."""
    if is_json_scalar(value):
        return value
    if isinstance(value, Label):
        return {"label": value.text}
    if isinstance(value, float):
        return {"float": "inf" if value > 0 else "-inf"}
    if isinstance(value, dict):
        return {"dict": [[key, value_to_json(item)] for key, item in value.items()]}
    return {type(value).__name__: [value_to_json(item) for item in value]}


def value_from_json(data: Any, where: str) -> Any:
    """The value that `value_to_json` wrote.

    Raises:
        SpaceError: anything else; `where` names the place.
    """
    if is_json_scalar(data):
        return data
    if isinstance(data, dict) and len(data) == 1:
        ((tag, inner),) = data.items()
        if tag == "label" and isinstance(inner, str):
            return Label(inner)
        if tag == "float" and inner in _INFINITIES:
            return _INFINITIES[inner]
        if tag in ("list", "tuple") and isinstance(inner, list):
            items = [value_from_json(item, where) for item in inner]
            return items if tag == "list" else tuple(items)
        if tag == "dict" and isinstance(inner, list):
            return {key: value_from_json(item, where) for key, item in inner}
    raise SpaceError(f"{where}: expected a stored value, got {shorten(data)}")


def domain_to_json(domain: Domain) -> dict[str, Any]:
    """One domain as JSON, less its condition, which means something only within a space.

    >>> domain_to_json(Float(0.1, 1.0, log=True))
    {'type': 'float', 'low': 0.1, 'high': 1.0, 'log': True}
    """
    out: dict[str, Any] = {"type": _NAMES[type(domain)]}
    if isinstance(domain, Float | Int):
        out |= {"low": domain.low, "high": domain.high}
        out |= {"log": True} if domain.log else {}
        out |= {"step": domain.step} if domain.step != (None if isinstance(domain, Float) else 1) else {}
        out |= {"prior": {"mean": domain.prior.mean, "sd": domain.prior.sd}} if domain.prior else {}
    if isinstance(domain, Choices) and not isinstance(domain, Bool):
        out["choices"] = [_choice_to_json(domain, place) for place in range(domain.levels)]
    if isinstance(domain, Choices) and domain.prior is not None:
        out["prior"] = list(domain.prior)
    if domain.default is not UNSET:
        out["default"] = value_to_json(domain.shown(domain.code(domain.default)))
    return out


def _choice_to_json(domain: Choices, place: int) -> Any:
    value, text = value_to_json(domain.shown(place)), domain.labels[place]
    return {"label": text, "value": value} if text is not None and is_plain(domain.choices[place]) else value


def domain_from_json(data: Any, where: str = "$") -> Domain:
    """The domain that `domain_to_json` wrote; objects come back as `Label`.

    Raises:
        SpaceError: anything else; the message names the path.
    """
    kind = data.get("type") if isinstance(data, dict) else None
    if kind not in _TYPES:
        raise SpaceError(
            f"{where}: expected a stored domain with a type among {', '.join(_TYPES)}, got {shorten(data)}"
        )
    try:
        return _READERS[kind](dict(data), where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpaceError(f"{where}: not a stored {kind}: {type(error).__name__} {error} in {shorten(data)}") from None
    except SpaceError as error:
        raise SpaceError(f"{where}: {error}") from None


def _options(data: dict[str, Any], where: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "when" in data:
        options["when"] = {parent: [value_from_json(v, where) for v in values] for parent, values in data["when"]}
    if "default" in data:
        options["default"] = value_from_json(data["default"], where)
    return options


def _read_number(make: Callable[..., Domain]) -> Callable[[dict[str, Any], str], Domain]:
    def read(data: dict[str, Any], where: str) -> Domain:
        options = _options(data, where) | {key: data[key] for key in ("log", "step") if key in data}
        if "prior" in data:
            options["prior"] = Normal(data["prior"]["mean"], data["prior"]["sd"])
        return make(data["low"], data["high"], **options)

    return read


def _read_choices(make: Callable[..., Domain]) -> Callable[[dict[str, Any], str], Domain]:
    def read(data: dict[str, Any], where: str) -> Domain:
        options = _options(data, where) | ({"prior": data["prior"]} if "prior" in data else {})
        return make(_choices_from_json(data["choices"], where), **options)

    return read


def _choices_from_json(data: list[Any], where: str) -> Any:
    """The choices as a list; as a mapping where some plain value has a label, since then all have."""
    pairs = [
        (item["label"], value_from_json(item["value"], where))
        if isinstance(item, dict) and item.keys() == {"label", "value"}
        else (None, value_from_json(item, where))
        for item in data
    ]
    if all(text is None for text, _ in pairs):
        return [value for _, value in pairs]
    return {(value.text if text is None else text): value for text, value in pairs}


def _read_bool(data: dict[str, Any], where: str) -> Domain:
    return Bool(**_options(data, where), prior=data.get("prior"))


def _read_constant(data: dict[str, Any], where: str) -> Domain:
    (value,) = _choices_from_json(data["choices"], where)
    return Constant(value, when=_options(data, where).get("when"))


_READERS: dict[str, Callable[[dict[str, Any], str], Domain]] = {
    "float": _read_number(Float),
    "int": _read_number(Int),
    "categorical": _read_choices(Categorical),
    "ordinal": _read_choices(Ordinal),
    "bool": _read_bool,
    "constant": _read_constant,
}


def space_to_json(space: Space) -> dict[str, Any]:
    """A space as JSON, with the version of this form under "schema".

    >>> space_from_json(space_to_json(Space({"lr": (0.1, 1.0)}))) == Space({"lr": (0.1, 1.0)})
    True
    """
    given = {"points": [_point_to_json(space, point) for point in space.points]} if space.points else {}
    return {
        "schema": SCHEMA if given else 1,
        "params": [_param_to_json(space, name) for name in space.names],
        "constraints": [_rule_to_json(rule) for rule in space.constraints],
        "forbidden": [
            [[name, _codes_to_json(space, name, codes)] for name, codes in rule.codes.items()]
            for rule in space.forbidden
        ],
        "fixed": [
            [name, _codes_to_json(space, name, {space.structure.held[name]})[0]] for name in space.structure.fixed
        ],
        **given,
    }


def _point_to_json(space: Space, point: Mapping[str, Any]) -> dict[str, Any]:
    domains = space.params
    return {name: value_to_json(domains[name].shown(domains[name].code(value))) for name, value in point.items()}


def _point_from_json(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {name: value_from_json(value, f"{where}.{name}") for name, value in data.items()}


def _param_to_json(space: Space, name: str) -> dict[str, Any]:
    out = {"name": name, **domain_to_json(space.params[name])}
    tests = space.structure.tests[name]
    return out | ({"when": [[t.parent, _codes_to_json(space, t.parent, t.codes)] for t in tests]} if tests else {})


def _codes_to_json(space: Space, name: str, codes: Iterable[float]) -> list[Any]:
    return [value_to_json(space.params[name].shown(code)) for code in sorted(codes)]


def _rule_to_json(rule: Expression | Function) -> Any:
    return rule.text if isinstance(rule, Expression) else {"callable": rule.label}


def _rule_from_json(data: Any) -> Any:
    is_function = isinstance(data, dict) and isinstance(data.get("callable"), str)
    return stored_function(data["callable"]) if is_function else data


def space_from_json(data: Any) -> Space:
    """The space that `space_to_json` wrote.

    Raises:
        SpaceError: written by a newer Ayar, or no stored space; the message names the path.
    """
    schema = data.get("schema") if isinstance(data, dict) else None
    if type(schema) is not int:
        raise SpaceError(f"$.schema: expected a stored space, got {shorten(data)}")
    if schema > SCHEMA:
        raise SpaceError(
            f"$.schema: this space was written by a newer Ayar (schema {schema}, here {SCHEMA}); update ayar"
        )
    try:
        return Space(
            {p["name"]: domain_from_json(p, f"$.params[{i}]") for i, p in enumerate(data["params"])},
            constraints=[_rule_from_json(rule) for rule in data["constraints"]],
            forbidden=[_combination(pairs) for pairs in data["forbidden"]],
            fixed={name: value_from_json(value, f"$.fixed.{name}") for name, value in data["fixed"]},
            points=[_point_from_json(p, f"$.points[{i}]") for i, p in enumerate(data.get("points", ()))] or None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SpaceError(f"$: not a stored space: {type(error).__name__} {error} in {shorten(data)}") from None


def _combination(pairs: list[Any]) -> dict[str, Any]:
    return {name: [value_from_json(value, f"$.forbidden.{name}") for value in values] for name, values in pairs}


def params_to_wire(space: Space, params: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as JSON: scalars as they are, other choices as {"choice": place, "label": text}.

    >>> params_to_wire(Space({"layers": [(64,), (64, 32)], "lr": (0.1, 1.0)}), {"layers": (64, 32), "lr": 0.5})
    {'layers': {'choice': 1, 'label': '(64, 32)'}, 'lr': 0.5}
    """
    wire = dict(params)
    for name, value in params.items():
        if not (math.isfinite(value) if type(value) is float else type(value) in _WRITTEN_AS_THEY_ARE):
            wire[name] = _choice_to_wire(space.params.get(name), value)
    return wire


_WRITTEN_AS_THEY_ARE = frozenset({int, str, bool, type(None)})
"""Types whose values are JSON as they stand."""


def _choice_to_wire(domain: Domain | None, value: Any) -> Any:
    place = domain.code(value) if isinstance(domain, Choices) else math.nan
    if isinstance(domain, Choices) and not math.isnan(place):
        return {"choice": int(place), "label": _text(domain, int(place))}
    raise SpaceError(f"cannot write {type(value).__name__} {shorten(value)} as a value of {shorten(domain)}")


def _text(domain: Choices, place: int) -> str:
    return domain.labels[place] or shorten(domain.choices[place])


def params_from_wire(space: Space, data: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that `params_to_wire` wrote, with native values in the space's order.

    A whole number may stand for a Float; otherwise types are strict. Values outside the space come back as they are, so
    that trials of an earlier space can be read; only a choice that cannot be named is refused.

    Raises:
        SpaceError: a choice by place or label that the parameter does not have.
    """
    domains = space.params
    if tuple(data) == tuple(domains):
        read = dict(data)
    else:
        read = {name: data[name] for name in domains if name in data}
        if len(read) < len(data):
            read |= data
    if not _ADOPTED_AS_THEY_ARE.issuperset(map(type, data.values())):
        for name, value in data.items():
            if type(value) not in _ADOPTED_AS_THEY_ARE:
                read[name] = _param_from_wire(name, domains.get(name), value)
    return read


_ADOPTED_AS_THEY_ARE = frozenset({float, str, bool, type(None)})
"""Types whose values every domain adopts as they are; a whole number may stand for a Float."""


def _param_from_wire(name: str, domain: Domain | None, value: Any) -> Any:
    if type(value) is dict:
        return _choice_from_wire(name, domain, value)
    return value if domain is None else domain.adopt(value)


def _choice_from_wire(name: str, domain: Domain | None, data: dict[str, Any]) -> Any:
    place, text = data.get("choice"), data.get("label")
    if isinstance(domain, Choices) and type(place) is int:
        if 0 <= place < domain.levels and _text(domain, place) == text:
            return domain.value(place)
        # The order of choices may have changed since; the label tells which one was meant.
        twins = [other for other in range(domain.levels) if _text(domain, other) == text]
        if len(twins) == 1:
            return domain.value(twins[0])
    known = shorten(domain.names()) if isinstance(domain, Choices) else shorten(domain)
    raise SpaceError(f"parameter {name!r}: {shorten(data)} names no choice among {known}; the space has changed since")
