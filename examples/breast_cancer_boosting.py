"""Tune gradient boosting on the Wisconsin breast cancer data: seven parameters of different kinds.

Run it with `python examples/breast_cancer_boosting.py` or `ayar tune examples/breast_cancer_boosting.py`.
Needs scikit-learn: pip install "ayar[sklearn]".
"""

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier

import ayar
from ayar import Bool, Categorical, Float, Int
from ayar.evaluate import CrossValidation, seal

data = seal(*load_breast_cancer(return_X_y=True), test=0.25, seed=0)  # 569 rows, 30 columns, two classes

space = {
    "learning_rate": Float(0.01, 0.5, log=True),
    "max_iter": Int(20, 200, log=True),
    "max_leaf_nodes": Int(4, 64, log=True),
    "max_depth": Categorical([None, 2, 4, 8]),
    "min_samples_leaf": Int(5, 50),
    "max_features": Float(0.1, 1.0),
    "early_stopping": Bool(),
}


def build(params):
    return HistGradientBoostingClassifier(**params, random_state=0)


objective = CrossValidation(build, data, cv=5, metric="log_loss")

name = "breast-cancer-boosting"
storage = "sqlite:///ayar.db"
max_trials = 40
workers = 2
seed = 0

if __name__ == "__main__":
    study = ayar.minimize(
        objective, space, max_trials=max_trials, workers=workers, storage=storage, name=name, seed=seed
    )
    print("best parameters:", study.best.params)
    print(objective.test_score(study) or objective.open_test(study))
    study.report("breast_cancer_boosting.html")
