"""`default_space(estimator)`: a space to start from, for common estimators.

Ranges are those of published studies, narrower where their ends cost hours and win nothing:

[P]  Probst, Boulesteix, Bischl 2019, Tunability: Importance of Hyperparameters of Machine Learning, JMLR 20(53)
[A]  Feurer et al. 2015, Efficient and Robust Automated Machine Learning, NeurIPS 28; the spaces of auto-sklearn
[H]  Hsu, Chang, Lin 2016, A Practical Guide to Support Vector Classification
[F]  Probst, Wright, Boulesteix 2019, Hyperparameters and tuning strategies for random forest, WIREs 9(3) e1301
[G]  Grinsztajn, Oyallon, Varoquaux 2022, Why do tree-based models still outperform deep learning on typical tabular
     data?, NeurIPS 35

Each parameter starts at the estimator's own value where the range holds it, so the first candidate is the estimator as
it stands, or close to it. Not for a model whose ranges you know better: change what `default_space` returns, a dict.
"""

from typing import Any

from ayar.base.errors import UnknownName, did_you_mean, shorten
from ayar.integrations.sklearn.ranges import RANGES
from ayar.space.domain import Domain


def default_space(estimator: Any) -> dict[str, Domain]:
    """What to search for an estimator: a dict of parameter to domain, for `SearchCV`.

    Arguments:
        estimator: one of scikit-learn's linear models, support vector machines, nearest neighbours, trees, forests,
            boosted trees and MLPs, of XGBoost, LightGBM or CatBoost; or a Pipeline that holds some of them, whose
            parameters are then named `step__parameter`. Steps without a space of their own are left as they are.

    Raises:
        UnknownName: there is no space for this estimator; the message lists what there is.

    >>> from sklearn.svm import SVC
    >>> default_space(SVC())["gamma"]
    Float(3.0517578125e-05, 8.0, log=True, default=0.03, when={'kernel': 'rbf'})
    """
    found = _space(estimator)
    if not found:
        name = type(estimator).__name__
        raise UnknownName(f"no default space for {name}{did_you_mean(name, RANGES)}; got {shorten(estimator)}")
    return found


def _space(estimator: Any) -> dict[str, Domain]:
    if hasattr(estimator, "steps"):
        parts = ((step, _space(part)) for step, part in estimator.steps if part not in (None, "passthrough"))
        return {f"{step}__{name}": _named(step, domain) for step, space in parts for name, domain in space.items()}
    ranges = next((RANGES[base.__name__] for base in type(estimator).__mro__ if base.__name__ in RANGES), None)
    if ranges is None:
        return {}
    own = estimator.get_params(deep=False)
    return {name: make(own[name]) for name, make in ranges.items() if name in own}


def _named(step: str, domain: Domain) -> Domain:
    """The domain with the parents of its condition named as a pipeline names them."""
    if domain.when is None:
        return domain
    return domain.under({f"{step}__{parent}": values for parent, values in domain.when.items()})
