"""Tune a scikit-learn pipeline by its own words, and judge the winner on rows the search never saw.

Run it with `python examples/sklearn_searchcv.py`. Kill it at any moment: the same command goes on where it was. Needs
scikit-learn: pip install "ayar[sklearn]".
"""

from sklearn.datasets import load_wine
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ayar.integrations.sklearn import SearchCV, default_space

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)

# Two models in one search: each candidate comes from one of these dicts.
model = Pipeline([("scale", StandardScaler()), ("model", SVC())])
space = [
    {"model": [kind], **{f"model__{name}": domain for name, domain in ranges.items()}}
    for kind, ranges in (
        (SVC(), {"C": (1e-2, 1e3, "log-uniform"), "gamma": (1e-4, 1.0, "log-uniform")}),
        (HistGradientBoostingClassifier(max_iter=30, random_state=0), {"learning_rate": (0.02, 0.5, "log-uniform")}),
    )
]

if __name__ == "__main__":
    search = SearchCV(
        model,
        space,
        n_iter=24,
        scheduler="fold_race",
        random_state=0,
        storage="sqlite:///ayar.db",
        name="wine",
    ).fit(X_train, y_train)
    table = search.cv_results_
    print("best parameters:", search.best_params_)
    print(f"candidates: {len(table['params'])}, of which stopped early: {(table['state'] == 'pruned').sum()}")
    print(f"cross-validation accuracy {search.best_score_:.3f} (of the luckiest; too good)")
    print(f"test accuracy {search.score(X_test, y_test):.3f}")
    print("to start from for an SVC:", ", ".join(default_space(SVC())))
    search.study_.report("wine.html")
