"""How good is a search, honestly? Nested cross-validation of one, then a single search whose winner is confirmed.

569 tumours, 30 measurements each. Run it with `python examples/nested_cv.py`; stop it with Ctrl-C, the same command
goes on. Needs scikit-learn: pip install "ayar[sklearn]".
"""

from functools import partial

from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import ayar
from ayar import Float
from ayar.evaluate import CrossValidation, nested_cv, seal

X, y = load_breast_cancer(return_X_y=True)
space = {"C": Float(1e-2, 1e3, log=True), "gamma": Float(1e-4, 1e0, log=True)}


def build(params):
    """Scaling is part of the model, so that each fold scales by its own rows."""
    return make_pipeline(StandardScaler(), SVC(**params))


if __name__ == "__main__":
    # 1. The search as a whole: five of them, each judged on a fifth of the rows that it has not seen.
    search = partial(ayar.maximize, space=space, seed=0, storage="sqlite:///ayar.db")
    nested = nested_cv(search, X, y, build=build, max_trials=15, cv=5, inner_cv=4)
    print(nested.explain())

    # 2. One search on four fifths of the rows. Its best score was picked, so it flatters: three remedies.
    objective = CrossValidation(build, seal(X, y, test=0.2), keep_predictions=True)
    study = search(objective, max_trials=25, name="svm")
    print("\nbest seen:", study.best.value)
    print("corrected:", objective.corrected(study))
    print(study.confirm(objective, k=4, repeats=2, watch=None))
    # The sealed rows are scored once; when the script runs again, the log remembers the score.
    print(objective.test_score(study) or objective.open_test(study))
