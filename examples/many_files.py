"""Many files: 2,000 CSV files of handwritten digits, parsed once and shared by all trials and workers.

Each file holds one picture in four lights. No picture is on both sides of a split, and so no file: the folds and the
sealed test set are of whole pictures (where files have nothing in common, `groups=pack.groups` does). Run it twice:
the second run parses none of them.

Run it with `python examples/many_files.py`. Needs: pip install "ayar[sklearn,data]".
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import ayar
from ayar import Categorical, Float
from ayar.data import ManyFiles, share
from ayar.evaluate import CrossValidation, seal

FOLDER = Path("digits-csv")
FILES, ROWS = 2000, 4
PIXELS = [f"p{i}" for i in range(64)]

space = {
    "alpha": Float(1e-6, 1e-1, log=True),
    "loss": Categorical(["hinge", "log_loss", "modified_huber"]),
    "eta0": Float(1e-4, 1e-1, log=True),
}


def make_files():
    """2,000 CSV files, each of one real picture in four lights; of 1,797 pictures, so that some have two files."""
    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    FOLDER.mkdir(exist_ok=True)
    for i in range(FILES):
        picture = i % len(X)
        light = rng.uniform(0.8, 1.2, (ROWS, 1))
        frame = pd.DataFrame((X[picture] * light).round(2), columns=PIXELS)
        frame.assign(digit=y[picture], picture=picture).to_csv(FOLDER / f"{i:04d}.csv", index=False)


def build(params):
    """The model of one trial."""
    return SGDClassifier(**params, learning_rate="constant", max_iter=20, tol=None, random_state=0)


if __name__ == "__main__":
    if not FOLDER.exists():
        make_files()
    files = ManyFiles(FOLDER / "*.csv", "csv", cache=FOLDER / "cache")
    pack = files.open()
    print(f"{pack}; {pack.manifest.parsed} of them parsed in {pack.manifest.seconds:.2f} s")

    rows = pack.fraction(0.25, by="digit")  # a quarter of the files is enough to see what is hopeless
    first = share(seal(pack.matrix(PIXELS)[rows], pack["digit"][rows], groups=pack["picture"][rows]))
    rough = ayar.maximize(CrossValidation(build, first, cv=3), space, max_trials=12, seed=0)

    data = share(seal(pack.matrix(PIXELS), pack["digit"], groups=pack["picture"]))
    objective = CrossValidation(build, data, cv=3)
    study = ayar.create_study(space, direction=objective.direction, max_trials=8, seed=0)
    study.enqueue(rough.best.params)
    study.optimize(objective)
    print(f"best: {study.best.value:.3f} with {study.best.params}")
    print(f"test accuracy on pictures that no trial saw: {objective.open_test(study).score:.3f}")
