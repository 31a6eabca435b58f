"""Honest scores: splits frozen once, cross-validation as an objective, and a test set that opens once.

    data = seal(X, y, test=0.2)                                      # set rows aside, before anything else
    objective = CrossValidation(lambda params: SVC(**params), data)   # 5 folds of the rest, accuracy
    study = ayar.maximize(objective, space, max_trials=40)
    print(objective.open_test(study))                                # once, for the winner, on the record

Only numpy and msgspec are imported; models bring their own packages.
"""

from ayar.evaluate.crossval import CrossValidation
from ayar.evaluate.intervals import (
    bootstrap_interval,
    cv_interval,
    paired_interval,
    standard_error,
    wilson_interval,
)
from ayar.evaluate.judging import judge_sealed
from ayar.evaluate.leak_check import leak_check
from ayar.evaluate.leaks.findings import LeakFinding, LeakReport
from ayar.evaluate.ledger_file import LedgerFile
from ayar.evaluate.metrics import METRICS, Metric
from ayar.evaluate.nested import nested_cv
from ayar.evaluate.nested_result import Nested
from ayar.evaluate.repeated import Repeated
from ayar.evaluate.score import TestScore
from ayar.evaluate.scorers import Scorer
from ayar.evaluate.sealed_test import Sealed, seal
from ayar.evaluate.selection import Corrected, corrected_means, corrected_scores
from ayar.evaluate.split import GivenSplit, GroupKFold, KFold, StratifiedKFold, TimeSplit
from ayar.evaluate.split_parts import HoldOut, PredefinedSplit, RepeatedSplit
from ayar.evaluate.split_strata import StratifiedGroupKFold

__all__ = [
    "METRICS",
    "Corrected",
    "CrossValidation",
    "GivenSplit",
    "GroupKFold",
    "HoldOut",
    "KFold",
    "LeakFinding",
    "LeakReport",
    "LedgerFile",
    "Metric",
    "Nested",
    "PredefinedSplit",
    "Repeated",
    "RepeatedSplit",
    "Scorer",
    "Sealed",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "TestScore",
    "TimeSplit",
    "bootstrap_interval",
    "corrected_means",
    "corrected_scores",
    "cv_interval",
    "judge_sealed",
    "leak_check",
    "nested_cv",
    "paired_interval",
    "seal",
    "standard_error",
    "wilson_interval",
]
