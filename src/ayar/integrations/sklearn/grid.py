"""`GridSearchCV`: scikit-learn's class by the same arguments, so that its scripts change one import.

Not for new scripts: `SearchCV` finds as much with fewer candidates.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.model_selection import ParameterGrid

from ayar.integrations.sklearn.folds import Folds
from ayar.integrations.sklearn.host import CONSTRAINTS, Evaluate, Host
from ayar.integrations.sklearn.loop import Evaluation, search
from ayar.integrations.sklearn.parts import parts_of
from ayar.integrations.sklearn.rows import Searched
from ayar.integrations.sklearn.search import gathered, goal_names, opened

_BATCH = 64
"""Candidates evaluated together: a grid learns nothing from one batch for the next."""


class GridSearchCV(Host):
    """Every combination of the listed values, with scikit-learn's arguments, in scikit-learn's order.

    Arguments:
        estimator: what is tuned.
        param_grid: a dict of lists of values, or a list of such dicts, each a grid of its own. A tuple is a list here.
        scoring, n_jobs, refit, cv, verbose, pre_dispatch, error_score, return_train_score: as for `SearchCV`.

    Raises (by `fit`):
        TypeError, ValueError: scikit-learn's own words for a grid that is none.
        NoScore, SpaceError: as for `SearchCV`.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> X, y = load_iris(return_X_y=True)
    >>> search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "kernel": ("rbf", "linear")}).fit(X, y)
    >>> len(search.cv_results_["params"]), search.best_params_
    (6, {'C': 1, 'kernel': 'linear'})
    """

    _required_parameters = ("estimator", "param_grid")  # scikit-learn before 1.6 asks for it
    _parameter_constraints: ClassVar[dict[str, Any]] = {**CONSTRAINTS, "param_grid": [dict, list]}

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        *,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = np.nan,
        return_train_score: bool = False,
    ) -> None:
        """See the class."""
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_grid = param_grid

    def _search(self, evaluate: Evaluate, folds: Folds) -> Searched:
        judged = Evaluation(evaluate, folds, goal_names(self.scoring, self.refit))
        parts = parts_of([_lists(grid) for grid in ParameterGrid(self.param_grid).param_grid], None, each=True)
        studies = opened(parts, judged, {"sampler": "grid", "storage": None}, None, 0)
        for part, study in zip(parts, studies, strict=True):
            for _ in search(study, part, judged, _BATCH):
                pass
        self.study_, self.studies_ = studies[0], studies
        return gathered(parts, studies, len(folds.pairs))


def _lists(grid: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The grid with its names in scikit-learn's order; lists, so that no pair of numbers is taken for bounds."""
    return {name: list(grid[name]) for name in sorted(grid)}
