"""Expressions mean what the same text means in Python, written out again by a reference of our own."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ayar.base.errors import SpaceError
from ayar.space.evaluation import distance, holds
from ayar.space.expression import parse

Parts = tuple[str, Callable[[dict[str, Any]], Any]]
"""An expression's text, and a Python function that computes it."""


def close(text: str) -> str:
    return f"({text})"


def binary(sign: str, function: Callable[[Any, Any], Any]) -> Callable[[tuple[Parts, Parts]], Parts]:
    def made(pair: tuple[Parts, Parts]) -> Parts:
        (left, f), (right, g) = pair
        return f"{close(left)} {sign} {close(right)}", lambda p: function(f(p), g(p))

    return made


NUMBERS: st.SearchStrategy[Parts] = st.integers(-20, 20).map(lambda n: (str(n), lambda p: n)) | st.sampled_from(
    ["a", "b", "c"]
).map(lambda name: (name, lambda p: p[name]))


def safe_mod(x: float, y: float) -> float:
    return x % y if y else math.nan


def numbers(inner: st.SearchStrategy[Parts]) -> st.SearchStrategy[Parts]:
    pairs = st.tuples(inner, inner)
    return (
        pairs.map(binary("+", operator.add))
        | pairs.map(binary("-", operator.sub))
        | pairs.map(binary("*", operator.mul))
        | pairs.map(binary("%", safe_mod))
        | inner.map(lambda part: (f"-{close(part[0])}", lambda p: -part[1](p)))
        | inner.map(lambda part: (f"abs({part[0]})", lambda p: abs(part[1](p))))
        | pairs.map(lambda t: (f"min({t[0][0]}, {t[1][0]})", lambda p: _least(t[0][1](p), t[1][1](p))))
    )


def _least(x: float, y: float) -> float:
    return math.nan if math.isnan(x) or math.isnan(y) else min(x, y)


ARITHMETIC = st.recursive(NUMBERS, numbers, max_leaves=6)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@st.composite
def chains(draw: st.DrawFn) -> Parts:
    parts = draw(st.lists(ARITHMETIC, min_size=2, max_size=4))
    signs = draw(st.lists(st.sampled_from(list(SIGNS)), min_size=len(parts) - 1, max_size=len(parts) - 1))
    text = close(parts[0][0]) + "".join(f" {s} {close(t)}" for s, (t, _) in zip(signs, parts[1:], strict=True))

    def truth(p: dict[str, Any]) -> bool:
        values = [f(p) for _, f in parts]
        return all(SIGNS[s](x, y) for s, x, y in zip(signs, values[:-1], values[1:], strict=True))

    return text, truth


def logic(inner: st.SearchStrategy[Parts]) -> st.SearchStrategy[Parts]:
    pairs = st.tuples(inner, inner)
    return (
        pairs.map(lambda t: (f"{t[0][0]} and {t[1][0]}", t))
        .filter(lambda made: "or" not in made[0])
        .map(lambda made: (made[0], lambda p: made[1][0][1](p) and made[1][1][1](p)))
        | pairs.map(lambda t: (f"({t[0][0]}) or ({t[1][0]})", lambda p: t[0][1](p) or t[1][1](p)))
        | inner.map(lambda part: (f"not ({part[0]})", lambda p: not part[1](p)))
    )


TRUTHS = st.recursive(chains(), logic, max_leaves=4)


@given(TRUTHS, st.lists(st.tuples(*[st.integers(-9, 9)] * 3), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_truth_agrees_with_python_and_distance_with_truth(parts: Parts, rows: list[tuple[int, int, int]]) -> None:
    text, reference = parts
    tree = parse(text)
    columns = {name: np.array([row[i] for row in rows], dtype=np.float64) for i, name in enumerate("abc")}
    truth = holds(tree, columns, len(rows))
    assert truth.tolist() == [bool(reference(dict(zip("abc", map(float, row), strict=True)))) for row in rows]
    far = distance(tree, columns, len(rows))
    assert ((far == 0) == truth).all()
    assert np.isfinite(far).all()


@given(st.text(alphabet="ab01.+-*/%<>=!()[],'\" \nnotandrimx_", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_parsed_or_refused_in_words(text: str) -> None:
    try:
        parse(text)
    except SpaceError as error:
        assert str(error).startswith("constraint: ")  # noqa: PT017  # most texts are refused, some are read
