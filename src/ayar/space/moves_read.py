"""Reading configurations of an earlier space in the one that moves lead to.

A configuration is read, never clipped: values keep what they were. What the new space does not hold lies outside it,
with the reason in words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.moves import Move
from ayar.space.space import Space
from ayar.space.wire import params_from_wire

Params = dict[str, Any]


class Passage:
    """The way from one space to the next.

    Arguments:
        old, new: the spaces.
        moves: what `moves_between` found, or a log holds.

    >>> from ayar.space.moves import moves_between
    >>> old, new = Space({"lr": (0.0, 1.0)}), Space({"rate": (0.0, 0.5), "layers": (1, 4)})
    >>> passage = Passage(old, new, moves_between(old, new, rename={"lr": "rate"}, fill={"layers": 2}))
    >>> params, retired = passage.read({"lr": 0.75}, {})
    >>> params, outside(new, params, retired)
    ({'rate': 0.75, 'layers': 2}, "parameter 'rate': expected a float in [0.0, 0.5], got 0.75")
    """

    def __init__(self, old: Space, new: Space, moves: Sequence[Move]) -> None:
        self.old = old
        self.new = new
        self._called = {move.name: move.to for move in moves if move.op == "rename"}
        self._gone = {move.name: _value(old, move) for move in moves if move.op == "retire"}
        self._added = [move.name for move in moves if move.op == "add"]
        filled = [move for move in moves if move.op in ("add", "condition") and move.fill is not UNSET]
        self._fills = {move.name: _value(new, move) for move in filled}
        self._conditions = [move.name for move in filled if move.op == "condition"]

    def read(
        self, params: Mapping[str, Any], retired: Mapping[str, Any], *, fill: bool = True
    ) -> tuple[Params, Params]:
        """A configuration of the old space, read in the new one.

        Arguments:
            params: its active parameters.
            retired: what earlier moves retired and could not drop, see below.
            fill: whether added parameters get what trials had before; not for a point that is still to be tried, of
                which everything left out is drawn.

        Returns:
            (active parameters, values of retired parameters other than those in use since).
        """
        kept, held = {}, dict(retired)
        for name, value in params.items():
            called = self._called.get(name, name)
            if called in self._gone:
                if not self._is_in_use(called, value):
                    held[called] = value
            else:
                kept[called] = value
        for name in self._added:
            if name in held:
                kept[name] = held.pop(name)  # a parameter that comes back
        domains = self.new.params
        kept = {name: domains[name].adopt(value) if name in domains else value for name, value in kept.items()}
        if fill:
            self._fill(kept)
        return {name: kept[name] for name in (*domains, *(n for n in kept if n not in domains)) if name in kept}, held

    def _is_in_use(self, name: str, value: Any) -> bool:
        """Whether a retired parameter had the value it has now, or any would do."""
        now = self._gone[name]
        if now is UNSET:
            return True
        code = self.old.params[name].code
        return bool(code(value) == code(now))

    def _fill(self, params: Params) -> None:
        """Fill in what is active and missing, parents first; drop what is no longer active and had the value said."""
        for name in self.new.structure.order:
            if name not in self._fills:
                continue
            active = name in self.new.active(params)
            if active and name not in params:
                params[name] = self.new.params[name].adopt(self._fills[name])
            elif not active and name in self._conditions and params.get(name) == self._fills[name]:
                params.pop(name, None)


def _value(space: Space, move: Move) -> Any:
    if move.fill is UNSET:
        return UNSET
    return params_from_wire(space, {move.name: move.fill})[move.name]


def outside(space: Space, params: Mapping[str, Any], retired: Mapping[str, Any]) -> str:
    """Why a configuration, as read, is none of the space's; empty if it is one.

    A rule of which only the name is known, since it is a function, is not asked.
    """
    if retired:
        had = ", ".join(f"{name} was {shorten(value)}" for name, value in retired.items())
        return f"{had}, which is no longer what the objective uses"
    try:
        return space.explain(params) or ""
    except SpaceError:
        return ""
