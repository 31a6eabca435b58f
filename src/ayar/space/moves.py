"""What changes between two spaces, as moves: how a configuration of the old one is to be read in the new one.

    rename        to = the new name                     widen, narrow   to = the domain, stored
    add           to = the domain; fill = what earlier trials had      restate   to = the domain: the same values,
    retire        fill = what it is from now on                                  with another scale, prior or order
    add_choice, retire_choice   to = the choice         condition       active under other conditions; fill as for both
    add_rule, retire_rule       name = the rule

A rename is said by the user; everything else is derived. Where only the user can know what earlier trials had, or what
the objective uses now, the `fill` must say it: nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from ayar.base.errors import SpaceError, did_you_mean, shorten
from ayar.base.jsontext import Json
from ayar.space.domain import Domain
from ayar.space.domains import Choices, Constant, Float, Int
from ayar.space.moves_edit import renamed
from ayar.space.space import Space
from ayar.space.wire import domain_to_json, params_to_wire, value_to_json

_MOST_COMPARED = 4096
"""Values of one domain that are looked up in another; of more, the lowest and the highest."""


class Move(msgspec.Struct, frozen=True, omit_defaults=True):
    """One move, in plain JSON."""

    op: str
    name: str = ""
    to: Json = None
    fill: Json | UnsetType = UNSET
    """In the space's wire form. A retired parameter without it may have had any value."""


def moves_between(
    old: Space, new: Space, rename: Mapping[str, str] | None = None, fill: Mapping[str, Any] | None = None
) -> tuple[Move, ...]:
    """The moves from one space to another; empty if they are equal.

    Arguments:
        old, new: the spaces.
        rename: name in the old space -> name in the new one.
        fill: name of an added parameter -> the value that the objective used before there was a parameter; name of a
            retired one -> the value it uses from now on, or `...` where the value never mattered.

    Raises:
        SpaceError: a fill that is missing or not needed, a name that neither space holds, or a parameter that became
            something else; the message says what to write.

    >>> from ayar.space.domains import Float
    >>> old = Space({"lr": Float(1e-4, 1e-1, log=True), "opt": ["sgd", "adam"]})
    >>> new = Space({"rate": Float(1e-6, 1e-1, log=True), "opt": ["adam"], "dropout": Float(0.0, 0.5)})
    >>> [(move.op, move.name) for move in moves_between(old, new, rename={"lr": "rate"}, fill={"dropout": 0.0})]
    [('rename', 'lr'), ('widen', 'rate'), ('retire_choice', 'opt'), ('add', 'dropout')]
    """
    fill = dict(fill or {})
    _check_names(old, new, rename or {})
    base = renamed(old, rename or {})
    _check_fills(base, new, fill)
    if missing := questions(base, new, fill):
        raise SpaceError(_missing_message(missing))
    moves = [Move("rename", name, to) for name, to in (rename or {}).items() if name != to]
    for name in base.params:
        if name in new.params:
            moves += _kept(name, base, new, fill)
        else:
            moves.append(Move("retire", name, fill=_wire(base, name, fill[name])))
    moves += [_added(name, base, new, fill) for name in new.params if name not in base.params]
    moves += [Move("retire_rule", str(rule)) for rule in base.rules if rule not in new.rules]
    moves += [Move("add_rule", str(rule)) for rule in new.rules if rule not in base.rules]
    if not moves and base.names != new.names:
        moves.append(Move("restate"))
    return tuple(moves)


def questions(base: Space, new: Space, fill: Mapping[str, Any]) -> dict[str, str]:
    """What only the user can say: name -> "gone" or "new", for parameters whose fill is needed and not given."""
    gone = {name: "gone" for name in base.params if name not in new.params and name not in fill}
    added = [name for name in new.structure.order if name not in base.params and name not in fill]
    return gone | {name: "new" for name in added if _own_fill(new, name) is UNSET and _reachable(name, base, new, fill)}


def _own_fill(space: Space, name: str) -> Any:
    """The value that a parameter's own definition gives for earlier trials: its default, or what it is held at."""
    if name in space.structure.held:
        return space.params[name].value(space.structure.held[name])
    return space.params[name].default


def _reachable(name: str, base: Space, new: Space, fill: Mapping[str, Any]) -> bool:
    """Whether a trial of the old space can make an added parameter active."""
    for test in new.structure.tests[name]:
        parent = new.params[test.parent]
        if test.parent in base.params:
            known = base.params[test.parent]
            if not any(_has(known, parent.shown(code)) for code in test.codes):
                return False
        elif not _reachable(test.parent, base, new, fill):
            return False
        else:
            value = fill.get(test.parent, _own_fill(new, test.parent))
            if value is not UNSET and parent.code(parent.adopt(value)) not in test.codes:
                return False
    return True


def _missing_message(missing: Mapping[str, str]) -> str:
    gone = [name for name, what in missing.items() if what == "gone"]
    added = [name for name, what in missing.items() if what == "new"]
    lines = [
        f"{name!r} is new: give it a default, or fill={{{name!r}: VALUE}}: what the objective used before it was a "
        "parameter"
        for name in added
    ]
    lines += [
        f"{name!r} is gone: give fill={{{name!r}: VALUE}}, what the objective uses from now on (trials of other values "
        f"are kept, and not learned from), or fill={{{name!r}: ...}} if its value never mattered"
        for name in gone
    ]
    if gone and added:
        lines.append(f"or, where it is one parameter under a new name: rename={{{gone[0]!r}: {added[0]!r}}}")
    return "how are earlier trials to be read?\n  " + "\n  ".join(lines)


def _check_names(old: Space, new: Space, rename: Mapping[str, str]) -> None:
    for name, to in rename.items():
        for word, space, found in (("old", old, name), ("new", new, to)):
            if found not in space.params:
                raise SpaceError(
                    f"rename={{{name!r}: {to!r}}}: the {word} space has no parameter {found!r}"
                    f"{did_you_mean(str(found), space.params)}"
                )


def _check_fills(base: Space, new: Space, fill: Mapping[str, Any]) -> None:
    changed = [
        name
        for name in dict.fromkeys([*base.params, *new.params])
        if name not in base.params or name not in new.params or _condition(base, name) != _condition(new, name)
    ]
    for name, value in fill.items():
        if name not in changed:
            raise SpaceError(
                f"fill: {name!r} is neither added nor retired here, so nothing is to be filled in; expected names "
                f"among {changed}{did_you_mean(str(name), changed)}"
            )
        gone = base.params.get(name) if name not in new.params else None
        # A number may lie beyond its old range; a choice that never was is a slip that would set all trials aside.
        if isinstance(gone, Choices) and value is not ... and (fault := gone.fault(gone.adopt(value))) is not None:
            raise SpaceError(f"fill: {name!r} is retired and was never that: {fault}; no earlier trial would count")
        if name in new.params and name not in base.params:
            fault = "`...` says nothing" if value is ... else new.params[name].fault(new.params[name].adopt(value))
            if fault is not None:
                raise SpaceError(
                    f"fill: earlier trials would lie outside the new space: parameter {name!r}: {fault}; give the "
                    "value they had, and a domain that holds it"
                )


# -- one parameter ----------------------------------------------------------------------------------------------------


def _added(name: str, base: Space, new: Space, fill: Mapping[str, Any]) -> Move:
    value = fill.get(name, _own_fill(new, name))
    filled = UNSET if value is UNSET or not _reachable(name, base, new, fill) else _wire(new, name, value)
    return Move("add", name, domain_to_json(new.params[name]), filled)


def _wire(space: Space, name: str, value: Any) -> Json | UnsetType:
    if value is ...:
        return UNSET
    written: Json = params_to_wire(space, {name: space.params[name].adopt(value)})[name]
    return written


def _kept(name: str, base: Space, new: Space, fill: Mapping[str, Any]) -> Iterator[Move]:
    before, after = _effective(base, name), _effective(new, name)
    if before.without_when() != after.without_when():
        yield from _domain_moves(name, before, after)
    if _condition(base, name) != _condition(new, name):
        yield Move("condition", name, fill=_wire(new, name, fill[name]) if name in fill else UNSET)


def _effective(space: Space, name: str) -> Domain:
    """The domain of one parameter; the one value of a fixed one."""
    return Constant(space.fixed[name]) if name in space.fixed else space.params[name]


def _domain_moves(name: str, before: Domain, after: Domain) -> list[Move]:
    lists = isinstance(before, Choices), isinstance(after, Choices)
    if lists[0] != lists[1] and not (isinstance(before, Constant) or isinstance(after, Constant)):
        raise SpaceError(
            f"parameter {name!r} was {before!r} and is {after!r} now: no move leads from a range to a list of choices "
            f"or back. Give the new one another name, and say in fill= what earlier trials had of it, and what the old "
            f"one is from now on"
        )
    new_values, old_values = _beyond(after, before), _beyond(before, after)
    stored = domain_to_json(after)
    if all(lists) and not isinstance(after, Constant) and not isinstance(before, Constant):
        moves = [Move("add_choice", name, value_to_json(value)) for value in new_values]
        moves += [Move("retire_choice", name, value_to_json(value)) for value in old_values]
    else:
        moves = [Move("widen", name, stored)] if new_values else []
        moves += [Move("narrow", name, stored)] if old_values else []
    return moves or [Move("restate", name, stored)]


def _beyond(one: Domain, other: Domain) -> list[Any]:
    """Values of one domain that another does not hold: some of them, where there are very many."""
    if not one.levels:
        return [] if _covers(other, one) else [one.value(one.low)]  # type: ignore[attr-defined]  # a Float
    ends = one.levels if one.levels <= _MOST_COMPARED else _MOST_COMPARED // 2
    places = dict.fromkeys([*range(ends), *range(one.levels - ends, one.levels)])
    values = (one.shown(one.tick(place)) for place in places)
    return [value for value in values if not _has(other, value)]


def _covers(outer: Domain, inner: Domain) -> bool:
    if not (isinstance(outer, Float) and isinstance(inner, Float)) or outer.levels:
        return False
    return outer.low <= inner.low and inner.high <= outer.high


def _has(domain: Domain, value: Any) -> bool:
    """Whether a domain holds a value; a whole float counts as the whole number that it is."""
    if isinstance(domain, Int) and type(value) is float and value.is_integer():
        value = int(value)
    return domain.fault(domain.adopt(value)) is None


def _condition(space: Space, name: str) -> dict[str, frozenset[str]]:
    """When a parameter is active: parent -> its values, in words."""
    return {
        test.parent: frozenset(
            shorten(value_to_json(space.params[test.parent].shown(code)), 200) for code in test.codes
        )
        for test in space.structure.tests[name]
    }
