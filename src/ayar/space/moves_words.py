"""Moves in words, for results, messages and the story of a study."""

from typing import Any

from msgspec import UNSET

from ayar.base.errors import SpaceError, shorten
from ayar.space.moves import Move, moves_between, questions
from ayar.space.space import Space
from ayar.space.values import Label
from ayar.space.wire import domain_from_json, value_from_json


def move_text(move: Move) -> str:
    """One move in words.

    >>> move_text(Move("add", "dropout", {"type": "float", "low": 0.0, "high": 0.5}, fill=0.0))
    'dropout added: Float(0.0, 0.5); earlier trials had 0.0'
    """
    name, to = move.name, move.to
    match move.op:
        case "rename":
            return f"{name} is called {to} now"
        case "widen" | "narrow":
            return f"{name} {'widened' if move.op == 'widen' else 'narrowed'} to {_domain(to)}"
        case "add_choice":
            return f"{name} may be {_choice(to)} too"
        case "retire_choice":
            return f"{name} may no longer be {_choice(to)}"
        case "add":
            had = "" if move.fill is UNSET else f"; earlier trials had {_filled(move.fill)}"
            return f"{name} added: {_domain(to)}{had}"
        case "retire":
            if move.fill is UNSET:
                return f"{name} retired: its value never mattered"
            return f"{name} retired: it is {_filled(move.fill)} from now on"
        case "restate":
            return f"{name} restated: {_domain(to)}" if name else "parameters in another order"
        case "condition":
            return f"{name} is active under other conditions"
        case "add_rule":
            return f"rule added: {name}"
        case "retire_rule":
            return f"rule dropped: {name}"
    return f"{move.op} {name}".rstrip()


def _domain(stored: Any) -> str:
    return repr(domain_from_json(stored))


def _choice(stored: Any) -> str:
    value = value_from_json(stored, "a choice")
    return value.text if isinstance(value, Label) else repr(value)


def _filled(fill: Any) -> str:
    return str(fill["label"]) if isinstance(fill, dict) and "label" in fill else shorten(fill)


def call_text(old: Space, new: Space) -> str:
    """The call that changes a study's space to `new`; empty where no move leads there.

    >>> call_text(Space({"lr": (0.0, 1.0)}), Space({"lr": (0.0, 2.0), "depth": (1, 3)}))
    'change_space(space, fill={"depth": WHAT_EARLIER_TRIALS_HAD})'
    """
    asked = questions(old, new, {})
    holes = {"new": "WHAT_EARLIER_TRIALS_HAD", "gone": "WHAT_IT_IS_FROM_NOW_ON"}
    guess = {name: _stand_in(new, name) if what == "new" else ... for name, what in asked.items()}
    try:
        moves_between(old, new, fill=guess)
    except SpaceError:
        return ""
    fills = ", ".join(f'"{name}": {holes[what]}' for name, what in asked.items())
    return f"change_space(space, fill={{{fills}}})" if asked else "change_space(space)"


def _stand_in(space: Space, name: str) -> Any:
    """Some value of a parameter, to see whether the rest of a change can be made."""
    domain = space.params[name]
    return domain.value(domain.tick(0) if domain.levels else domain.low)  # type: ignore[attr-defined]  # a Float
