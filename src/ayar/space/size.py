"""How many configurations a structure has, exactly, without listing them.

One pass over the parameters, parents first. What earlier choices left behind matters only through the set of parameters
they switched off, so configurations are counted per such set. Cost: parameters times distinct sets, usually a few.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping

from ayar.space.conditions import Structure

Off = frozenset[str]


def count(structure: Structure) -> int | float:
    """Number of configurations under the conditions and fixed values, rules left out; inf if one is continuous."""
    children: dict[str, list[tuple[str, frozenset[float]]]] = defaultdict(list)
    for name, tests in structure.tests.items():
        for test in tests:
            children[test.parent].append((name, test.codes))
    ways: Mapping[Off, int] = {frozenset(): 1}
    for name in _children_soon(structure, children):
        moves = _moves(structure, name, children[name])
        after: Counter[Off] = Counter()
        for off, number in ways.items():
            if name in off:
                after[(off - {name}) | {child for child, _ in children[name]}] += number
                continue
            for newly_off, share in moves.items():
                if share == math.inf:
                    return math.inf
                after[off | newly_off] += number * int(share)
        ways = after
    return sum(ways.values())


def _moves(structure: Structure, name: str, children: list[tuple[str, frozenset[float]]]) -> dict[Off, int | float]:
    """Which children the values of one active parameter switch off, with the number of values that do."""
    domain = structure.params[name]
    named = {code for _, codes in children for code in codes}
    if name in structure.held:
        named, rest = {structure.held[name]}, 0.0
    else:
        rest = domain.levels - len(named) if domain.levels else math.inf
    moves: dict[Off, int | float] = defaultdict(int)
    for code in sorted(named):
        moves[frozenset(child for child, codes in children if code not in codes)] += 1
    if rest:
        moves[frozenset(child for child, _ in children)] += rest
    return moves


def _children_soon(structure: Structure, children: Mapping[str, list[tuple[str, frozenset[float]]]]) -> list[str]:
    """Parents first, and each child as soon as its parents are done: few parameters are pending at any time."""
    placed: dict[str, None] = {}
    for root in structure.order:
        waiting = [root]
        while waiting:
            name = waiting.pop()
            if name not in placed and all(test.parent in placed for test in structure.tests[name]):
                placed[name] = None
                waiting.extend(child for child, _ in reversed(children.get(name, [])))
    return list(placed)
