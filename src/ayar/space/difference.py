"""What differs between two spaces, one readable line per change."""

from collections.abc import Sequence

from ayar.space.constraints import Rule
from ayar.space.space import Space


def difference(old: Space, new: Space) -> list[str]:
    """Lines such as "lr: Float(1e-05, 0.1) -> Float(1e-06, 0.1)", "+ momentum: ..." and "- decay: ..."; empty if equal.

    >>> difference(Space({"lr": (0.1, 1.0), "decay": [0, 1]}), Space({"lr": (0.2, 1.0), "depth": (1, 3)}))
    ['lr: Float(0.1, 1.0) -> Float(0.2, 1.0)', '- decay: Categorical([0, 1])', '+ depth: Int(1, 3)']
    """
    if old == new:
        return []
    changed = [
        f"{name}: {old.params[name]!r} -> {new.params[name]!r}"
        for name in old.params
        if name in new.params and _differs(name, old, new)
    ]
    gone = [f"- {name}: {domain!r}" for name, domain in old.params.items() if name not in new.params]
    added = [f"+ {name}: {domain!r}" for name, domain in new.params.items() if name not in old.params]
    lines = [*changed, *gone, *added, *_rules(old.rules, new.rules), *_fixed(old, new)]
    return lines or [f"order: {', '.join(old.names)} -> {', '.join(new.names)}"]


def _differs(name: str, old: Space, new: Space) -> bool:
    before, after = old.params[name], new.params[name]
    if before.without_when() != after.without_when():
        return True
    return set(old.structure.tests[name]) != set(new.structure.tests[name])


def _rules(old: Sequence[Rule], new: Sequence[Rule]) -> list[str]:
    gone = [f"- rule: {rule}" for rule in old if rule not in new]
    return gone + [f"+ rule: {rule}" for rule in new if rule not in old]


def _fixed(old: Space, new: Space) -> list[str]:
    before, after = old.fixed, new.fixed
    names = dict.fromkeys([*before, *after])
    free = "free"
    pairs = [
        (name, repr(before[name]) if name in before else free, repr(after[name]) if name in after else free)
        for name in names
    ]
    return [f"fixed {name}: {was} -> {now}" for name, was, now in pairs if was != now]
