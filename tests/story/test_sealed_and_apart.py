"""Acceptance of honest scores: a test set opens once and its count is shown everywhere; groups never meet.

Rows 14 and 15 of the guide's list: rows unreachable, a second opening refused without a reason, a ledger that survives
a crash; groups or files on both sides of a split found in every case, the inner loop included.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import model_selection
from typer.testing import CliRunner

import ayar
from ayar.base.errors import ArgumentError, SealedTestSet
from ayar.cli.app import app
from ayar.evaluate import CrossValidation, GivenSplit, HoldOut, KFold, PredefinedSplit, RepeatedSplit, nested_cv, seal
from ayar.evaluate.split import StratifiedKFold
from threshold import build

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))
Y = (X[:, 0] + 0.5 * RNG.normal(size=120) > 0).astype(int)
FILES = np.array([f"part-{i % 17}.csv" for i in range(120)])


def run(*words: str) -> str:
    found = CliRunner().invoke(app, list(words))
    assert found.exit_code == 0, found.output
    return found.output


@pytest.mark.parity("N21")
def test_how_often_the_test_set_was_opened_stands_wherever_the_score_is_shown(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    objective = CrossValidation(build, seal(X, Y), cv=3)
    study = ayar.maximize(
        objective, {"at": (-1.0, 1.0)}, max_trials=5, storage=storage, name="s", sampler="random", seed=0
    )
    objective.open_test(study)
    assert "opened" not in run("best", "--storage", storage)
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        objective.open_test(study)
    score = objective.open_test(study, reason="the first model could not be served")
    assert score.params == study.best.params
    assert study.records("evaluate.seal_opened")[-1]["params"] == study.best.params
    assert "count=2" in repr(score)
    assert "the test set was opened 2 times; this time, " in str(score)
    assert "the test set was opened 2 times" in str(objective.test_score(study))
    for verb in ("best", "show"):
        assert "opened 2 times" in " ".join(run(verb, "--storage", storage).split()), verb
    for form in ("html", "md", "json"):
        text = study.report(tmp_path / f"report.{form}").read_text()
        assert "opened 2 times" in text, form


@pytest.mark.parity("N21")
def test_a_crash_in_a_second_opening_is_counted_beside_the_first_score(tmp_path: Path) -> None:
    objective = CrossValidation(build, seal(X, Y), cv=3)
    study = ayar.maximize(objective, {"at": (-1.0, 1.0)}, max_trials=3, sampler="random", seed=0)
    objective.open_test(study)
    objective.data.open(study, number=0, reason="a look")  # and the process dies before it scores
    score = objective.test_score(study)
    assert score is not None
    assert (score.count, score.openings) == (1, 2)
    assert "by now the test set was opened 2 times; the last opening left no score" in str(score)


def parted(split: Any) -> None:
    CrossValidation(build, seal(X, Y, groups=FILES), cv=split)


MIXED: list[Any] = [
    KFold(4),
    StratifiedKFold(4),
    HoldOut(0.3, "random"),
    HoldOut(0.3, "stratified"),
    HoldOut(0.3, "time"),
    RepeatedSplit(KFold(3), 2),
    GivenSplit([(range(40), range(40, 80))]),
    model_selection.KFold(4),
    model_selection.StratifiedShuffleSplit(3, random_state=0),
    "random",
    "stratified",
]


@pytest.mark.parity("N21")
@pytest.mark.filterwarnings("ignore:The groups parameter is ignored")
@pytest.mark.parametrize("split", MIXED, ids=lambda split: type(split).__name__)
def test_a_file_on_both_sides_is_found_whatever_the_split(split: Any) -> None:
    with pytest.raises(ArgumentError, match=r"fold 0: expected no group on both sides, got \d+, the first is 'part-"):
        CrossValidation(build, seal(X, Y, groups=FILES), cv=split)
    search = partial(ayar.maximize, space={"at": (-1.0, 1.0)}, sampler="random", seed=0)
    given: Any = {"build": build, "max_trials": 1, "groups": FILES, "watch": None}
    with pytest.raises(ArgumentError, match=r"expected no group on both sides"):
        nested_cv(search, X, Y, cv=3, inner_cv=split, **given)
    with pytest.raises(ArgumentError, match=r"expected no group on both sides"):
        nested_cv(search, X, Y, cv=split, **given)


@pytest.mark.parametrize(
    "split",
    [4, "group", "stratified_group", HoldOut(0.3), HoldOut(0.3, "stratified_group"), model_selection.GroupKFold(3)],
)
def test_splits_that_keep_files_whole_pass(split: Any) -> None:
    parted(split)


def test_predefined_parts_that_cut_a_file_are_found() -> None:
    data = seal(X, Y, groups=FILES)
    with pytest.raises(ArgumentError, match=r"expected no group on both sides"):
        CrossValidation(build, data, cv=PredefinedSplit(np.arange(data.n_development) % 3))
