"""Networks trained on every combination of their choices, 3 to 5 times each: a trial reads one training off the table.

HPOBench MLP (5 ordinals, 30,000 combinations, 5 seeds; loss 1 - validation accuracy), HPOlib FC-Net (9 mixed, 62,208, 4
seeds; loss mean squared error) and NAS-Bench-201 (6 categoricals, 15,625, 3 seeds; loss 1 - validation accuracy).
Sources: Eggensperger et al. 2021, arXiv:2109.06716; Klein and Hutter 2019, arXiv:1905.04970; Dong and Yang 2020,
arXiv:2001.00326.

Noise (`python -m benchmarks.suites`: the deviation between seeds over the spread of the best tenth): car 2.8, credit_g
1.1, vehicle 0.8, australian 0.5, kc1 0.4, segment 0.34, blood_transfusion 0.25, phoneme 0.16, the others 0.08 or less.
Over the distance from median to best, the unit of normalised regret: credit_g 0.35, blood_transfusion 0.21, australian
0.20, vehicle 0.13, segment 0.10, kc1 0.09, phoneme 0.06, the others 0.05 or less.
"""

import numpy as np

from benchmarks.problems import Problem
from benchmarks.suites.data import arrays, read_json
from benchmarks.suites.grid import choice, table_problem

TABLES = {
    "hpobench": (
        "australian", "blood_transfusion", "car", "credit_g", "kc1", "phoneme", "segment", "vehicle",
    ),
    "hpolib": ("naval_propulsion", "parkinsons_telemonitoring", "protein_structure", "slice_localization"),
    "nasbench201": ("cifar10", "cifar100", "imagenet"),
}  # fmt: skip
PERCENT = {"nasbench201"}
"""Where accuracies are in percent."""
EASY = {"car", "naval_propulsion", "slice_localization"}
"""On these every tuner is near the best after few trials: thousands of ties, or a loss over many powers of ten."""
NOISIEST = {"australian", "blood_transfusion", "credit_g"}
"""Where the configuration with the best observed value does not improve from 20 to 100 trials."""
NOISY = NOISIEST | {"car", "kc1", "segment", "vehicle"}
"""Where seeds differ by more than a fifth of the spread of the best tenth."""


def problem(family: str, data: str) -> Problem:
    """One table."""
    listed = read_json("tabular", f"{family}_space.json")
    # Two widths or rates are still numbers in order; the files say which parameters are words.
    space = tuple(
        choice(name, values, ordered=listed["types"][name] != "str") for name, values in listed["params"].items()
    )
    table = arrays("tabular", f"{family}_{data}.npz")
    if "val_loss" in table:
        draws = table["val_loss"].astype(np.float64)
    else:
        draws = 1 - table["val_acc"].astype(np.float64) / (100 if family in PERCENT else 1)
    return table_problem("tabular", f"{family}-{data}", space, draws, noisy=data in NOISY)


def select(*names: str) -> list[Problem]:
    """Tables by data set."""
    return [problem(family, data) for family, sets in TABLES.items() for data in sets if data in names]


def tabular_all() -> list[Problem]:
    """All fifteen."""
    return select(*(data for sets in TABLES.values() for data in sets))


def tabular() -> list[Problem]:
    """The twelve that can rank tuners."""
    return select(*({data for sets in TABLES.values() for data in sets} - EASY))


def noisy() -> list[Problem]:
    """The three on which tuners keep their luckiest draw."""
    return select(*NOISIEST)


def noisy_all() -> list[Problem]:
    """Every table that is marked noisy and not too easy."""
    return [problem for problem in tabular() if problem.noisy]
