"""The ratio of densities, joint and by parameter."""

import numpy as np
import pytest

from ayar.numerics.arrays import Bools, Floats
from ayar.numerics.parzen import Axes, Choice, Number
from ayar.samplers.tpe_ratio import Independent, Joint, Trials

GENERATOR = np.random.Generator(np.random.Philox(key=2))
PLANE = Axes([Number(), Number()])


def trials(U: Floats, A: Bools | None = None) -> Trials:
    return Trials(U, np.ones(U.shape, dtype=np.bool_) if A is None else A, np.ones(len(U)))


def on_diagonal(n: int) -> Floats:
    steps = (np.arange(n) + 0.5) / n
    return np.column_stack([steps, steps])


@pytest.mark.parametrize("kind", [Joint, Independent])
def test_values_are_high_where_good_trials_are_and_others_are_not(kind: type[Joint] | type[Independent]) -> None:
    ratio = kind(PLANE, trials(np.full((5, 2), 0.2)), trials(GENERATOR.random((50, 2))))
    near, far = ratio.values(np.array([[0.2, 0.2], [0.8, 0.8]]), np.ones((2, 2), dtype=bool))
    assert near > 0.0 > far


def test_only_the_joint_ratio_knows_that_two_parameters_go_together() -> None:
    good, others = trials(on_diagonal(20)), trials(GENERATOR.random((200, 2)))
    points, active = np.array([[0.2, 0.2], [0.2, 0.8]]), np.ones((2, 2), dtype=bool)
    joint = Joint(PLANE, good, others).values(points, active)
    apart = Independent(PLANE, good, others).values(points, active)
    assert joint[0] - joint[1] > 1.0
    assert abs(apart[0] - apart[1]) < 0.5


def test_with_one_parameter_both_agree() -> None:
    axes, points = Axes([Number()]), np.array([[0.1], [0.6]])
    good, others = trials(GENERATOR.random((5, 1))), trials(GENERATOR.random((30, 1)))
    joint, apart = (
        kind(axes, good, others).values(points, np.ones((2, 1), dtype=bool)) for kind in (Joint, Independent)
    )
    np.testing.assert_array_equal(joint, apart)


def test_the_first_independent_candidate_has_the_best_draw_of_each_parameter() -> None:
    ratio = Independent(PLANE, trials(np.full((5, 2), 0.2)), trials(GENERATOR.random((50, 2))))
    U, stems = ratio.candidates(24, GENERATOR.random)
    each = np.column_stack(
        [one.values(U[:, d : d + 1], np.ones((24, 1), dtype=bool)) for d, one in enumerate(ratio.each)]
    )
    assert (np.diff(each, axis=0) <= 0.0).all()
    assert stems.tolist() == [5] * 24


def test_joint_candidates_name_the_trial_they_stem_from() -> None:
    U, stems = Joint(PLANE, trials(np.array([[0.1, 0.9], [0.9, 0.1]])), trials(np.empty((0, 2)))).candidates(
        200, GENERATOR.random
    )
    assert set(stems.tolist()) == {0, 1, 2}
    assert U[stems == 0, 0].mean() < U[stems == 1, 0].mean()


def test_inactive_parameters_count_for_nothing() -> None:
    axes = Axes([Choice((0.5, 0.5)), Number()])
    A = np.array([[True, False], [True, True]])
    good = trials(np.array([[0.25, np.nan], [0.75, 0.4]]), A)
    ratio = Independent(axes, good, trials(np.empty((0, 2))))
    one, other = ratio.values(np.array([[0.25, 0.1], [0.25, 0.9]]), np.array([[True, False]] * 2))
    assert one == other
