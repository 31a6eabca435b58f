"""The signed-rank test against SciPy's: `scipy.stats.wilcoxon(d, alternative="greater", method="exact")`, 1.12 on."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from ayar.numerics.signed_rank import signed_rank_p


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 10, 17, 30, 50])
def test_without_ties_it_is_scipys_exact_test(n: int) -> None:
    rng = np.random.default_rng(n)
    for shift in (-0.5, 0.0, 0.5):
        d = rng.normal(shift, 1.0, n)
        expected = wilcoxon(d, alternative="greater", method="exact").pvalue
        # Sums of at most n(n + 1)/2 exact halves.
        assert signed_rank_p(d) == pytest.approx(expected, rel=1e-10)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_with_ties_it_is_the_count_over_all_signs(values: list[int]) -> None:
    d = np.array([value for value in values if value], dtype=np.float64)
    if not len(d):
        assert signed_rank_p(np.array(values, dtype=np.float64)) == 1.0
        return
    ranks = rankdata(np.abs(d))
    found = float(ranks[d > 0].sum())
    sums = [sum(r for r, up in zip(ranks, signs, strict=True) if up) for signs in product((0, 1), repeat=len(d))]
    assert signed_rank_p(np.array(values, dtype=np.float64)) == pytest.approx(np.mean(np.array(sums) >= found - 1e-9))


@pytest.mark.parametrize(("n", "least"), [(3, 0.125), (4, 0.0625), (5, 0.03125)])
def test_the_smallest_p_of_few_folds(n: int, least: float) -> None:
    assert signed_rank_p(np.arange(1.0, n + 1.0)) == least


def test_a_hundred_pairs_take_no_approximation() -> None:
    d = np.random.default_rng(0).normal(0.1, 1.0, 100)
    # SciPy's normal approximation is good to 2 % here.
    assert signed_rank_p(d) == pytest.approx(wilcoxon(d, alternative="greater", method="approx").pvalue, rel=0.02)
