"""A stored space knows objects and functions by label alone; here it gets them back from the caller's own space."""

from typing import Any

from ayar.space.constraints import Function
from ayar.space.difference import difference
from ayar.space.domains import Choices, Constant, Domain, Label
from ayar.space.space import Space


def with_objects(stored: Space, own: Space | None) -> Space:
    """`stored` with the objects of `own` under their labels; `own` itself where both are the same space.

    >>> from ayar.space.wire import space_from_json, space_to_json
    >>> own = Space({"act": [abs, None], "x": (0.0, 1.0)})
    >>> wider = space_from_json(space_to_json(Space({"act": [abs, None], "x": (0.0, 2.0)})))
    >>> with_objects(wider, own).params["act"].choices
    (<built-in function abs>, None)
    """
    if own is None:
        return stored
    if not difference(stored, own):
        return own
    objects = {text: value for domain in own.params.values() for text, value in _labelled(domain)}
    functions = {rule.label: rule for rule in own.constraints if isinstance(rule, Function)}
    return Space(
        {name: _with_objects(domain, objects) for name, domain in stored.params.items()},
        constraints=[
            functions.get(rule.label, rule) if isinstance(rule, Function) else rule for rule in stored.constraints
        ],
        forbidden=stored.forbidden,
        fixed=stored.fixed,
        points=stored.points or None,
    )


def unknown_labels(space: Space) -> frozenset[str]:
    """Labels of objects that are not at hand."""
    domains = space.params.values()
    return frozenset(v.text for d in domains if isinstance(d, Choices) for v in d.choices if isinstance(v, Label))


def _labelled(domain: Domain) -> list[tuple[str, Any]]:
    if not isinstance(domain, Choices):
        return []
    pairs = zip(domain.labels, domain.choices, strict=True)
    return [(text, value) for text, value in pairs if text is not None and not isinstance(value, Label)]


def _with_objects(domain: Domain, objects: dict[str, Any]) -> Domain:
    if not isinstance(domain, Choices) or not any(isinstance(value, Label) for value in domain.choices):
        return domain
    values = [objects.get(value.text, value) if isinstance(value, Label) else value for value in domain.choices]
    if isinstance(domain, Constant):
        return Constant(values[0], when=domain.when)
    listed: Any = values if None in domain.labels else dict(zip(domain.labels, values, strict=True))
    return type(domain)(listed, when=domain.when, default=domain.default, prior=domain.prior)
