"""Several goals, a limit on a result and a belief: decision trees that are right, small, and miss few cancers.

Run it with `python examples/readable_tree.py` or `ayar tune examples/readable_tree.py`.
Needs scikit-learn: pip install "ayar[sklearn]".
"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_validate
from sklearn.tree import DecisionTreeClassifier

import ayar
from ayar import Categorical, Float, Goal, Int, Normal

X, y = load_breast_cancer(return_X_y=True)  # 569 rows, 30 columns
ill = (y == 0).astype(int)  # malignant: the class that must not be missed

space = {
    "max_depth": Int(1, 12, prior=Normal(4, 2)),  # where we would look first; told results soon weigh more
    "min_samples_leaf": Int(1, 50, log=True),
    "ccp_alpha": Float(1e-5, 0.1, log=True),
    "weight_of_ill": Float(0.5, 10.0, log=True),
    "criterion": Categorical(["gini", "entropy"]),
}
goals = [Goal("error", "minimize"), Goal("leaves", "minimize", threshold=15)]  # a larger tree is no answer
constraints = ["recall >= 0.93"]  # of the ill, at least 93 % are to be found

name = "readable-tree"
max_trials = 30
seed = 0


def objective(trial):
    """Error and recall in cross-validation, and the mean number of leaves."""
    params = dict(trial)
    weights = {0: 1.0, 1: params.pop("weight_of_ill")}
    tree = DecisionTreeClassifier(**params, class_weight=weights, random_state=0)
    found = cross_validate(tree, X, ill, cv=3, scoring=["accuracy", "recall"], return_estimator=True)
    return {
        "error": 1.0 - found["test_accuracy"].mean(),
        "leaves": sum(one.get_n_leaves() for one in found["estimator"]) / 3,
        "recall": found["test_recall"].mean(),
    }


if __name__ == "__main__":
    study = ayar.minimize(
        objective, space, goals=goals, constraints=constraints, max_trials=max_trials, name=name, seed=seed
    )
    print("error, leaves and recall of the trees that no other beats in both goals:")
    front = {trial.values: trial for trial in study.best}  # of trials that are as good as each other, one
    for (error, leaves), trial in sorted(front.items()):
        print(f"  {error:.3f}  {leaves:4.1f}  {trial.metrics['recall']:.3f}  {trial.params}")
