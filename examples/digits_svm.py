"""Tune a support vector machine on handwritten digits, and find out how good it really is.

Run it with `python examples/digits_svm.py` or `ayar tune examples/digits_svm.py`. Stop it with Ctrl-C; the same command
goes on. Needs scikit-learn: pip install "ayar[sklearn]".
"""

from sklearn.datasets import load_digits
from sklearn.svm import SVC

import ayar
from ayar import Categorical, Float, Int
from ayar.evaluate import CrossValidation, seal

X, y = load_digits(return_X_y=True)  # 1,797 pictures of 8 by 8 pixels, each from 0 to 16
data = seal(X / 16, y, test=0.2, seed=0)  # a fifth is set aside until the end

space = {
    "C": Float(1e-2, 1e3, log=True),
    "kernel": Categorical(["rbf", "poly", "linear"]),
    "gamma": Float(1e-4, 1.0, log=True, when={"kernel": ["rbf", "poly"]}),
    "degree": Int(2, 5, when={"kernel": "poly"}),
}


def build(params):
    return SVC(**params)


objective = CrossValidation(build, data, cv=5, metric="accuracy")

name = "digits-svm"
storage = "sqlite:///ayar.db"
max_trials = 40
workers = 2
seed = 0

if __name__ == "__main__":
    study = ayar.maximize(
        objective, space, max_trials=max_trials, workers=workers, storage=storage, name=name, seed=seed
    )
    print("best parameters:", study.best.params)
    # The sealed rows are scored once; when the script runs again, the log remembers the score.
    print(objective.test_score(study) or objective.open_test(study))
    study.report("digits_svm.html")
