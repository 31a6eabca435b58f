"""What a search goes through: parts with a space and a number of candidates each.

One dict is one part. A list of dicts is one part too, in which a hidden parameter says which dict a candidate comes
from, as RandomizedSearchCV draws one for each; in a sequence of (dict, n) each dict is a part of its own, searched one
after the other, as BayesSearchCV does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.integrations.spelling import domain_from
from ayar.space.domains import Categorical, Domain
from ayar.space.shorthand import domains_of
from ayar.space.space import Space

WHICH = "(dict)"
"""The hidden parameter: the place of a candidate's dict in the list."""


@dataclass(frozen=True)
class Part:
    """A space to search, and how many of its candidates to try; None: until the time is over."""

    space: Space
    n_iter: int | None
    outer: Mapping[str, str] = field(default_factory=dict)
    """Parameter of the space -> the estimator's, where they differ."""

    def candidate(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters of the estimator, from those of the space."""
        return {self.outer.get(name, name): value for name, value in params.items() if name != WHICH}


def parts_of(given: Any, n_iter: int | None, *, each: bool = False) -> list[Part]:
    """The parts that `param_distributions` means.

    Arguments:
        given: a `Space`, a dict of spellings, a list of such dicts, or a list of (dict, n).
        n_iter: candidates of a part that names no number.
        each: search each dict of a list as a part of its own.

    Raises:
        SpaceError: what cannot be read. ArgumentError: an n that is no positive whole number.

    >>> [(part.space, part.n_iter) for part in parts_of({"C": (0.1, 10.0)}, 5)]
    [(Space({'C': Float(0.1, 10.0)}), 5)]
    """
    if isinstance(given, Space):
        return [Part(given, n_iter)]
    if isinstance(given, Mapping):
        return [Part(Space(_domains(given)), n_iter)]
    if not isinstance(given, list | tuple) or not given:
        raise SpaceError(
            f"expected a dict of parameters, a list of such dicts, or a list of (dict, n), got {shorten(given)}"
        )
    pairs = [_pair(item) for item in given]
    if each or any(isinstance(item, tuple) for item in given):
        return [Part(Space(_domains(params)), n_iter if n is None else n) for params, n in pairs]
    return [_union([params for params, _ in pairs], n_iter)]


def _pair(item: Any) -> tuple[Mapping[str, Any], int | None]:
    params, n = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
    if not isinstance(params, Mapping):
        raise SpaceError(f"expected a dict of parameters, or (dict, n), got {shorten(item)}")
    if n is not None and (not isinstance(n, int) or isinstance(n, bool) or n < 1):
        raise ArgumentError(f"(dict, n): expected as n a whole number of candidates >= 1, got {shorten(n)}")
    return params, n


def _domains(params: Mapping[str, Any]) -> dict[str, Domain]:
    return domains_of({name: domain_from(name, spec) for name, spec in params.items()})


def _union(dicts: list[Mapping[str, Any]], n_iter: int | None) -> Part:
    """One space of several: a parameter that all dicts spell alike keeps its name, others get one for each dict."""
    read = [_domains(params) for params in dicts]
    if len(read) == 1:
        return Part(Space(read[0]), n_iter)
    domains: dict[str, Domain] = {WHICH: Categorical(list(range(len(read))))}
    outer: dict[str, str] = {}
    for place, params in enumerate(read):
        own = {name: name if _is_shared(name, read) else f"{name} ({place})" for name in params}
        for name, domain in params.items():
            when = {own[parent]: values for parent, values in (domain.when or {}).items()}
            holders = [i for i, other in enumerate(read) if name in other] if own[name] == name else [place]
            domains[own[name]] = domain.under({WHICH: holders, **when})
            outer[own[name]] = name
    return Part(Space(domains), n_iter, {inner: name for inner, name in outer.items() if inner != name})


def _is_shared(name: str, read: list[dict[str, Domain]]) -> bool:
    """Whether every dict that holds the parameter holds the same one, and unconditionally."""
    found = [params[name] for params in read if name in params]
    return all(domain == found[0] and domain.when is None for domain in found)
