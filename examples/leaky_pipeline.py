"""A pipeline that leaks, caught before it misleads: columns selected on all rows, and then cross-validated.

On columns of pure noise it promises a good score. The shuffled-label canary runs it on labels that nothing can predict,
and it still "predicts" them. Run it with `python examples/leaky_pipeline.py`; needs scikit-learn:
pip install "ayar[sklearn]".
"""

import numpy as np
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from ayar.evaluate import leak_check

rng = np.random.default_rng(0)
X = rng.normal(size=(100, 2000))  # nothing to learn here
y = rng.integers(0, 2, 100)
model = LogisticRegression(max_iter=1000)


def leaky(X, y):
    selected = SelectKBest(k=20).fit_transform(X, y)  # sees the labels of the rows judged below
    return cross_val_score(model, selected, y, cv=5)


def honest(X, y):
    return cross_val_score(make_pipeline(SelectKBest(k=20), model), X, y, cv=5)


if __name__ == "__main__":
    for pipeline in (leaky, honest):
        print(f"{pipeline.__name__}: accuracy {pipeline(X, y).mean():.2f}")
        print(leak_check(None, (X, y), pipeline=pipeline), "\n")
