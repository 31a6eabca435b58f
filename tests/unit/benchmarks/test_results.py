"""Files of runs, read back as regrets."""

import math
from pathlib import Path

import numpy as np
import pytest
from benchmarks.results import Scale, read, read_one, read_scales, write_scales

from unit.benchmarks.fakes import LINE

SCALE = Scale(best=1.0, median=3.0, family="real", noisy=True)
TEXT = """trial,loss,truth,recommended,ask_s,tell_s
1,,inf,inf,0.5,0.25
2,9.0,5.0,5.0,0.5,0.25
3,1.9,2.0,2.0,0.5,0.25
4,1.8,2.5,2.5,0.5,0.25
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny" / "line"
    folder.mkdir(parents=True)
    file = folder / "optuna-tpe-3.csv"
    file.write_text(TEXT)
    return file


def test_a_name_tells_suite_problem_tuner_and_seed(path: Path) -> None:
    run = read_one(path)
    assert (run.suite, run.problem, run.peer, run.seed, run.pending) == ("tiny", "line", "optuna-tpe", 3, 1)


def test_a_name_tells_how_many_were_pending(path: Path) -> None:
    run = read_one(path.rename(path.with_name("smac-gp-12-p8.csv")))
    assert (run.peer, run.seed, run.pending) == ("smac-gp", 12, 8)


def test_regret_is_normalised_and_clipped_and_the_last_one_is_kept(path: Path) -> None:
    run = read_one(path)
    assert run.regret(SCALE, 6).tolist() == [1.0, 1.0, 0.5, 0.75, 0.75, 0.75]
    assert run.regret(SCALE, 6, "seen").tolist() == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5]
    assert run.regret(SCALE, 2).tolist() == [1.0, 1.0]


def test_seconds_add_up(path: Path) -> None:
    assert read_one(path).spent(5).tolist() == [0.75, 1.5, 2.25, 3.0, 3.0]


def test_a_run_that_failed_says_why_and_without_a_trial_counts_one(path: Path) -> None:
    path.write_text(TEXT.splitlines()[0] + "\n# failed: no answer to ask in 300 s\n")
    run = read_one(path)
    assert run.failed == "no answer to ask in 300 s"
    assert run.regret(SCALE, 2).tolist() == [1.0, 1.0]
    assert run.spent(2).tolist() == [0.0, 0.0]


def test_a_file_of_other_columns_is_refused(path: Path) -> None:
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"expected the columns trial,loss,.*, got 'a,b'"):
        read_one(path)


def test_all_runs_and_scales_below_a_folder_are_found(path: Path, tmp_path: Path) -> None:
    write_scales(tmp_path, [LINE])
    assert read_scales(tmp_path) == {("tiny", "line"): Scale(0.0, 10.0, "real", True)}
    assert [run.peer for run in read(tmp_path)] == ["optuna-tpe"]


def test_an_infinite_truth_counts_one() -> None:
    assert SCALE.regret(np.array([math.inf, 0.0])).tolist() == [1.0, 0.0]
