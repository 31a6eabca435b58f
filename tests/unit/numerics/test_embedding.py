"""Distances that the embedding promises, and its chain rule."""

from dataclasses import dataclass

import numpy as np
import pytest

from ayar.numerics.embedding import Axis, Embedding


def squared(embedding: Embedding, a: list[float], b: list[float], active: tuple[bool, bool] = (True, True)) -> float:
    A = np.array([[active[0]], [active[1]]])
    E = embedding(np.array([a, b]), A)
    return float(((E[0] - E[1]) ** 2).sum())


def test_categories_are_at_distance_one() -> None:
    unordered = Embedding([Axis(4, False)])
    assert squared(unordered, [0.125], [0.9]) == pytest.approx(1.0)
    assert squared(unordered, [0.3], [0.49]) == 0.0


def test_active_conditional_numbers_lie_on_an_arc() -> None:
    assert squared(Embedding([Axis(0, True)]), [0.2], [0.7]) == pytest.approx(4 * np.sin(np.pi * 0.5 / 4) ** 2)


@pytest.mark.parametrize(("axis", "wanted"), [(Axis(0, True), 1.0), (Axis(3, True), 0.5)])
def test_active_and_inactive_have_a_fixed_distance(axis: Axis, wanted: float) -> None:
    assert squared(Embedding([axis]), [0.4], [np.nan], (True, False)) == pytest.approx(wanted)


@pytest.mark.parametrize("axis", [Axis(0, True), Axis(3, True)])
def test_two_inactive_values_agree(axis: Axis) -> None:
    assert squared(Embedding([axis]), [0.4], [np.nan], (False, False)) == 0.0


def test_last_category_takes_the_upper_end() -> None:
    assert Embedding([Axis(3, False)])(np.array([[1.0]]), np.ones((1, 1), dtype=np.bool_))[0, 2] > 0


def test_slopes_chain_through_plain_and_arc_columns() -> None:
    embedding = Embedding([Axis(0, True), Axis(2, False), Axis(0, False)])
    U, A = np.array([[0.3, 0.2, 0.6]]), np.ones((1, 3), dtype=np.bool_)
    weights, step = np.arange(1.0, 6.0), 1e-6

    def f(x: float, z: float) -> float:
        return float(embedding(np.array([[x, 0.2, z]]), A)[0] @ weights)

    slopes = embedding.pull_back(weights[None], U, A)[0]
    assert slopes[0] == pytest.approx((f(0.3 + step, 0.6) - f(0.3 - step, 0.6)) / (2 * step), rel=1e-8)
    assert slopes[1] == 0.0
    assert slopes[2] == pytest.approx(weights[4])


def test_slope_of_an_inactive_parameter_is_zero() -> None:
    slopes = Embedding([Axis(0, True)]).pull_back(
        np.ones((1, 2)), np.array([[np.nan]]), np.zeros((1, 1), dtype=np.bool_)
    )
    assert slopes[0, 0] == 0.0


@dataclass(frozen=True)
class Column:
    kind: str
    levels: int
    conditional: bool


def test_coded_columns_become_axes() -> None:
    columns = [Column("float", 0, False), Column("int", 9, True), Column("categorical", 3, True)]
    assert Embedding.of(columns).axes == (Axis(0, False), Axis(0, True), Axis(3, True))
