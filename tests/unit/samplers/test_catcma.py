"""One distribution over a mixed space: columns to coordinates and back, cells, and what a generation teaches."""

import numpy as np
import pytest

from ayar.numerics.cma import Gaussian
from ayar.samplers.catcma import Layout, Model, Points
from ayar.space.domains import Bool, Categorical, Float, Int, Ordinal
from ayar.space.space import Space

MIXED = Space(
    {
        "x": Float(-1.0, 3.0),
        "k": Categorical(["a", "b", "c"]),
        "n": Int(1, 5),
        "wide": Int(1, 1000, log=True),
        "one": Int(3, 3),
        "step": Float(0.0, 1.0, step=0.25),
        "size": Ordinal(["s", "m", "l"]),
        "flag": Bool(),
    }
)
LAYOUT = Layout.of(MIXED.codec)
ORDERED = ["x", "n", "wide", "step", "size"]


def start(space: Space = MIXED, population: int = 8, sigma: float = 0.2) -> Model:
    layout = Layout.of(space.codec)
    return Model.start(layout, population, Gaussian.start(np.full(len(layout.ordered), 0.5), sigma))


def draws(rows: int, model: Model, key: int = 0) -> Points:
    uniform = np.random.Generator(np.random.Philox(key=key)).random((rows, model.layout.width))
    return model.points(model.layout.seeds(uniform))


def test_numbers_and_ordinals_have_an_order_choices_have_none_one_value_is_left_out() -> None:
    names = MIXED.codec.names
    assert [names[place] for place in LAYOUT.ordered] == ORDERED
    assert LAYOUT.discrete.tolist() == [False, True, True, True, True]
    assert [names[place] for place in LAYOUT.unordered] == ["k", "flag"]
    assert LAYOUT.levels.tolist() == [3, 2]
    assert LAYOUT.width == 7


def test_every_draw_is_a_configuration() -> None:
    X = LAYOUT.codes(draws(200, start(sigma=1.0)))
    assert all(MIXED.contains(params) for params in MIXED.codec.decode(X, np.ones_like(X, dtype=bool)))


def test_a_float_beyond_its_range_is_folded_back_and_steps_are_cut() -> None:
    V = np.array([[1.25, 1.25, -0.3, 7.0, 0.5], [-0.1, -0.1, 2.0, -7.0, 0.5]])
    X = LAYOUT.codes(Points(V, np.zeros((2, 2), dtype=np.intp)))
    values = MIXED.codec.decode(X, np.ones_like(X, dtype=bool))
    assert [value["x"] for value in values] == pytest.approx([2.0, -0.6])
    assert [(value["n"], value["wide"], value["step"]) for value in values] == [(5, 1, 1.0), (1, 1000, 0.0)]


def test_a_tried_configuration_comes_back_as_the_middle_of_its_cells() -> None:
    drawn = draws(50, start())
    X = LAYOUT.codes(drawn)
    read = LAYOUT.points(X, np.full(5, 0.5))
    assert read.J.tolist() == drawn.J.tolist()
    assert LAYOUT.codes(read) == pytest.approx(X)
    assert read.V[:, LAYOUT.discrete].tolist() == LAYOUT.middles(drawn.V)[:, LAYOUT.discrete].tolist()
    assert LAYOUT.middles(drawn.V)[:, 0].tolist() == drawn.V[:, 0].tolist()


def test_an_inactive_coordinate_is_read_as_the_mean() -> None:
    X = LAYOUT.codes(draws(1, start()))
    X[0, [0, 1]] = np.nan
    read = LAYOUT.points(X, np.full(5, 0.3))
    assert (read.V[0, 0], read.J[0, 0]) == (0.3, 0)


@pytest.mark.parametrize("name", ["n", "wide", "step", "size"])
@pytest.mark.parametrize("u", [0.02, 0.3, 0.5000001, 0.98])
def test_walls_stand_where_the_value_changes(name: str, u: float) -> None:
    j = ORDERED.index(name)
    mean = np.full(5, 0.4)
    mean[j] = u
    cells = LAYOUT.cells(mean)

    def value(at: float) -> float:
        V = mean.copy()
        V[j] = at
        return float(LAYOUT.codes(Points(V[None], np.zeros((1, 2), dtype=np.intp)))[0, LAYOUT.ordered[j]])

    column = MIXED.codec.columns[LAYOUT.ordered[j]]
    assert cells.low[j] <= u <= cells.high[j]
    for wall, end in ((cells.low[j], column.low), (cells.high[j], column.high)):
        if np.isinf(wall):
            assert value(u) == end
        else:
            assert value(wall - 1e-9) != value(wall + 1e-9)
            assert value(u) in (value(wall - 1e-9), value(wall + 1e-9))


def test_failed_trials_draw_nothing_towards_them() -> None:
    model = start()
    drawn = draws(8, model)
    every = np.ones((8, len(MIXED.codec.names)), dtype=np.bool_)
    failed = np.arange(8) >= 1
    after = model.learned(drawn, every, failed)
    moved = after.gaussian.mean[0] - model.gaussian.mean[0]
    assert moved == pytest.approx(model.strategy.weights[0] * (drawn.V[0, 0] - 0.5))
    others = np.array([level for level in range(3) if level != drawn.J[0, 0]])
    assert after.categories.q[0, drawn.J[0, 0]] > 1 / 3
    assert after.categories.q[0, others] == pytest.approx(after.categories.q[0, others][::-1])


def test_a_parameter_that_was_never_active_stays_where_it_was() -> None:
    model = start()
    active = np.ones((8, len(MIXED.codec.names)), dtype=np.bool_)
    active[:, [0, 1]] = False
    after = model.learned(draws(8, model), active, np.zeros(8, dtype=np.bool_))
    assert after.gaussian.mean[0] == 0.5
    assert after.categories.q[0].tolist() == model.categories.q[0].tolist()
    assert (after.gaussian.mean[1:] != 0.5).any()


def test_a_distribution_gets_no_wider_than_the_range() -> None:
    model = start(Space({"x": (0.0, 1.0), "y": (0.0, 1.0)}), sigma=0.9)
    every, none = np.ones((8, 2), dtype=np.bool_), np.zeros(8, dtype=np.bool_)
    for generation in range(30):
        far = draws(8, model, generation)
        order = np.argsort(-np.abs(far.V - 0.5).sum(axis=1), kind="stable")
        model = model.learned(far.rows(order), every, none)
        assert model.gaussian.deviations.max() <= 1.0 + 1e-12
        assert ((model.gaussian.mean >= 0) & (model.gaussian.mean <= 1)).all()


@pytest.mark.parametrize("space", [{"k": ["a", "b", "c"], "flag": [True, False]}, {"x": (0.0, 1.0)}, {"n": (1, 9)}])
def test_spaces_of_one_kind_learn_too(space: object) -> None:
    model = start(Space(space))  # type: ignore[arg-type]  # shorthand
    drawn = draws(8, model)
    active = np.ones((8, len(model.layout.codec.names)), dtype=np.bool_)
    after = model.learned(drawn, active, np.zeros(8, dtype=np.bool_))
    assert model.layout.codes(draws(5, after)).shape == (5, active.shape[1])


def test_a_uniform_zero_is_no_infinite_step() -> None:
    model = start()
    assert np.isfinite(model.points(model.layout.seeds(np.zeros((1, 7)))).V).all()
