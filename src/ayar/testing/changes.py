"""Changes of a space under a search: one of every kind, for the contract of samplers and for whoever reads studies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ayar.space.domains import Categorical, Float, Int
from ayar.space.moves import moves_between
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.testing.folds import Told, extend, fold_of, write
from ayar.trial.events import SpaceChanged
from ayar.trial.fold import Fold


@dataclass(frozen=True)
class SpaceMove:
    """A space, the one that follows, and what the user says of earlier trials."""

    before: Space
    after: Space
    rename: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> SpaceChanged:
        """The event of it."""
        moves = moves_between(self.before, self.after, self.rename, self.fill)
        return SpaceChanged(space_to_json(self.after), moves, by="tests", why="a test")


_X, _N, _KIND = Float(-2.0, 2.0), Int(1, 9), Categorical(["a", "b", "c"])
_LAYERS = Categorical([(8,), (16, 8), None])
_BASE = Space({"x": _X, "n": _N, "kind": _KIND})
_FINITE = Space({"n": _N, "kind": _KIND})
_RATE = Float(0.1, 1.0, when={"kind": ["a", "b"]})

CHANGES: dict[str, SpaceMove] = {
    "wider": SpaceMove(_BASE, Space({"x": (-4.0, 4.0), "n": (1, 19), "kind": _KIND})),
    "narrower": SpaceMove(_BASE, Space({"x": (-0.5, 1.0), "n": (2, 6), "kind": _KIND})),
    "shifted": SpaceMove(_BASE, Space({"x": (0.0, 4.0), "n": (5, 12), "kind": _KIND})),
    "another scale": SpaceMove(
        Space({"x": (0.1, 10.0), "n": (1, 9)}), Space({"x": Float(0.1, 10.0, log=True), "n": Int(1, 9, log=True)})
    ),
    "choices come and go": SpaceMove(_BASE, Space({"x": _X, "n": _N, "kind": ["d", "b", "a"]})),
    "choices by place": SpaceMove(
        Space({"layers": _LAYERS, "x": _X}), Space({"layers": [None, (4,), (16, 8)], "x": _X})
    ),
    "renamed": SpaceMove(_BASE, Space({"y": _X, "n": _N, "sort": _KIND}), {"x": "y", "kind": "sort"}),
    "names exchanged": SpaceMove(
        Space({"a": (0.0, 1.0), "b": (1.0, 9.0)}), Space({"b": (0.0, 1.0), "a": (1.0, 9.0)}), {"a": "b", "b": "a"}
    ),
    "added": SpaceMove(_BASE, Space({"x": _X, "n": _N, "kind": _KIND, "drop": (0.0, 0.5)}), fill={"drop": 0.0}),
    "retired": SpaceMove(_BASE, Space({"x": _X, "kind": _KIND}), fill={"n": ...}),
    "retired at a value": SpaceMove(_BASE, Space({"x": _X, "n": _N}), fill={"kind": "a"}),
    "a branch added": SpaceMove(_BASE, Space({"x": _X, "n": _N, "kind": _KIND, "rate": _RATE}), fill={"rate": 0.5}),
    "a branch retired": SpaceMove(
        Space({"x": _X, "kind": _KIND, "rate": _RATE}), Space({"x": _X, "kind": ["c"]}), fill={"rate": 0.5}
    ),
    "a rule added": SpaceMove(_BASE, Space({"x": _X, "n": _N, "kind": _KIND}, constraints=["x * n <= 4"])),
    "fixed": SpaceMove(_BASE, _BASE.fix({"kind": "b"})),
    "finite, wider": SpaceMove(_FINITE, Space({"n": (1, 12), "kind": _KIND})),
    "finite, narrower": SpaceMove(_FINITE, Space({"n": (3, 7), "kind": ["a", "b"]})),
    "everything at once": SpaceMove(
        _BASE,
        Space({"drop": (0.0, 0.5), "y": (-3.0, 1.0), "kind": ["a", "c", "e"]}),
        {"x": "y"},
        {"drop": 0.25, "n": ...},
    ),
}


def changed_fold(
    change: SpaceMove, before: Iterable[Told | tuple[Mapping[str, Any], float]], after: Iterable[Told] = ()
) -> Fold:
    """A study in which the space changed between two groups of trials."""
    fold = fold_of(change.before, before)
    write(fold, [change.body])
    extend(fold, change.after, after)
    return fold
