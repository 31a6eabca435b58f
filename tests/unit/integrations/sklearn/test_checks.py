"""scikit-learn's own checks of estimators."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVR
from sklearn.utils import estimator_checks

from ayar.integrations import sklearn as ours
from ayar.integrations.sklearn import BayesSearchCV, SearchCV

C = {"C": (1e-2, 1e2, "log-uniform")}
SEARCHES = {
    "classifier": SearchCV(LogisticRegression(), C, n_iter=2, cv=2, random_state=0),
    "regressor": SearchCV(SVR(), C, n_iter=2, cv=2, random_state=0),
    "grid": ours.GridSearchCV(LogisticRegression(), {"C": [0.5, 1.0]}, cv=2),
    "bayes": BayesSearchCV(LogisticRegression(), C, n_iter=2, cv=2, random_state=0),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The checks feed all kinds of data, and scikit-learn warns of some."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def outcomes(search: Any) -> dict[str, str]:
    if not hasattr(estimator_checks, "check_array_api_input"):
        pytest.skip("this version of scikit-learn stops at the first check that does not suit a search")
    done = estimator_checks.check_estimator(search, on_skip=None, on_fail=None)
    return {f"{i} {each['check_name']}": each["status"] for i, each in enumerate(done)}


@pytest.mark.slow
@pytest.mark.parity("SK1")
@pytest.mark.parametrize("name", SEARCHES)
def test_every_check_of_scikit_learn_passes(name: str) -> None:
    found = outcomes(SEARCHES[name])
    assert [check for check, status in found.items() if status not in ("passed", "skipped")] == []
    assert sum(status == "passed" for status in found.values()) >= 45


@pytest.mark.slow
def test_no_check_is_skipped_that_grid_search_passes() -> None:
    grid = outcomes(GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2))
    own = outcomes(SEARCHES["classifier"])
    assert [status for _, status in sorted(own.items())] == [status for _, status in sorted(grid.items())]
