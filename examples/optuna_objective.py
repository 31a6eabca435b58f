"""An objective written for Optuna, unchanged: the space is defined by run.

Run it with `python examples/optuna_objective.py`, or `ayar tune examples/optuna_objective.py`.
"""

from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ayar

X, y = load_wine(return_X_y=True)
direction = "maximize"
max_trials = 30
seed = 0


def objective(trial):
    """Accuracy of one of two kinds of model."""
    kind = trial.suggest_categorical("model", ["forest", "neighbours"])
    if kind == "forest":
        model = RandomForestClassifier(
            n_estimators=trial.suggest_int("trees", 10, 80, log=True),
            max_depth=trial.suggest_int("depth", 2, 12),
            random_state=trial.number,
        )
    else:
        neighbours = trial.suggest_int("neighbours", 1, 25)
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(neighbours))
    scores = cross_val_score(model, X, y, cv=3)
    for step, score in enumerate(scores):
        trial.report(score, step)
        if trial.should_prune():
            raise ayar.TrialPruned
    trial.set_user_attr("worst fold", float(min(scores)))
    return scores.mean()


if __name__ == "__main__":
    study = ayar.maximize(objective, max_trials=max_trials, seed=seed)
    print(study.best)
