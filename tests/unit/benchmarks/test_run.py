"""The driver: what it writes of a run, and what it does not run again."""

import argparse
import math
from pathlib import Path
from typing import Any

import pytest
from benchmarks import run
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.process import PeerFailed, Process
from benchmarks.problems import Parameter
from benchmarks.results import HEAD, read_one

from unit.benchmarks.fakes import LINE, Fixed, Here

QUICK = Peer("ayar")


def unit(folder: Path, **changes: Any) -> run.Unit:
    whole: dict[str, Any] = {"trials": 3, "pending": 1, "limit_s": 60.0, **changes}
    return run.Unit("tiny", folder, "line", "fixed", 0, **whole)


def rows(tuner: Fixed, peer: Peer = QUICK, **changes: Any) -> list[run.Row]:
    return list(run.Run(Here(peer, tuner), LINE, unit(Path(), **changes)).rows())


def noisy(row: run.Row) -> float:
    """What was observed of a trial that did not fail."""
    assert row.loss is not None
    return row.loss


def test_the_recommendation_is_the_best_value_observed_and_scored_without_noise() -> None:
    found = rows(Fixed([5.0, 1.0, 3.0]))
    assert [row.truth for row in found] == [5.0, 1.0, 3.0]
    assert [row.recommended for row in found] == [5.0, 1.0, 1.0]
    assert all(0 <= noisy(row) - row.truth <= 0.5 for row in found)


def test_the_luckiest_draw_is_what_a_tuner_without_an_opinion_recommends() -> None:
    # Values that differ by less than the noise: the recommended one has the least loss, not the least truth.
    found = rows(Fixed([1.2, 1.1, 1.0]), trials=3)
    least = min(found, key=noisy)
    assert found[-1].recommended == least.truth


def test_noise_is_the_same_for_every_tuner() -> None:
    first, second = rows(Fixed([2.0, 2.0, 2.0])), rows(Fixed([4.0, 4.0, 4.0]))
    assert [noisy(row) - 2.0 for row in first] == pytest.approx([noisy(row) - 4.0 for row in second])
    assert len({row.loss for row in first}) == 3


def test_a_failed_trial_has_no_loss_and_is_never_recommended() -> None:
    found = rows(Fixed([-1.0, 2.0, -2.0]))
    assert [row.loss is None for row in found] == [True, False, True]
    assert [row.recommended for row in found] == [math.inf, 2.0, 2.0]
    assert found[0].text().startswith("1,,inf,inf,")


def test_a_tuners_own_recommendation_counts_where_its_peer_says_so() -> None:
    peers = [Peer("ayar", recommends="always"), Peer("ayar", recommends="noisy"), Peer("ayar", recommends="never")]
    assert [rows(Fixed([5.0], recommends=0.5), peer)[0].recommended for peer in peers] == [0.5, 0.5, 5.0]


def test_a_tuners_own_word_is_asked_ten_times_then_at_every_fifth_trial_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    tuner = Fixed([5.0] * 17, recommends=0.5)
    monkeypatch.setattr(tuner, "recommend", lambda: asked.append(len(tuner.told)))
    assert [row.recommended for row in rows(tuner, Peer("ayar", recommends="always"), trials=17)] == [5.0] * 17
    assert asked == [*range(1, 11), 15, 17]


def test_with_trials_pending_the_oldest_is_told_first() -> None:
    tuner = Fixed([1.0, 2.0, 3.0, 4.0])
    here = Here(QUICK, tuner)
    found = run.Run(here, LINE, unit(Path(), trials=4, pending=3)).rows()
    assert next(found).truth == 1.0
    assert tuner.values == [4.0]  # three were asked before the first was told
    assert [row.truth for row in found] == [2.0, 3.0, 4.0]
    assert here.started.pending == 3


def test_an_exhausted_tuner_ends_early() -> None:
    assert len(rows(Fixed([1.0]), trials=5, pending=2)) == 1


def test_a_value_outside_the_space_fails_the_peer() -> None:
    with pytest.raises(PeerFailed, match=r"proposed what is not in the space: parameter 'x': 11\.0"):
        rows(Fixed([11.0]))


def test_a_tuner_that_thinks_too_long_has_failed() -> None:
    with pytest.raises(PeerFailed, match=r"thought for more than -1 s by trial 1"):
        rows(Fixed([1.0, 1.0]), limit_s=-1.0)


def test_a_failed_run_keeps_its_trials_and_says_why(tmp_path: Path) -> None:
    here = run.PROCESSES["fixed"] = Here(QUICK, Fixed([4.0, None]))
    assert run.play(unit(tmp_path), LINE, QUICK) == "RuntimeError: the model is singular"
    found = read_one(unit(tmp_path).path)
    assert found.truth.tolist() == [4.0]
    assert found.failed == "RuntimeError: the model is singular"
    assert here.closed
    assert "fixed" not in run.PROCESSES


def test_a_quick_peers_process_is_kept_for_the_next_run(tmp_path: Path) -> None:
    here = run.PROCESSES["fixed"] = Here(QUICK, Fixed([4.0, 3.0, 2.0]))
    assert run.play(unit(tmp_path), LINE, QUICK) is None
    assert run.PROCESSES.pop("fixed") is here
    assert not here.closed
    assert read_one(unit(tmp_path).path).recommended.tolist() == [4.0, 3.0, 2.0]


def given(folder: Path, **changes: Any) -> argparse.Namespace:
    settings: dict[str, Any] = {
        "suite": "synthetic",
        "peers": "random,optuna-gp",
        "trials": 4,
        "seeds": 2,
        "first_seed": 0,
        "pending": 1,
        "sample": 2,
        "sample_seed": 0,
        "limit": 60.0,
        "out": folder,
    }
    return argparse.Namespace(**{**settings, **changes})


@pytest.fixture(autouse=True)
def environments_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "python_of", lambda script: "/")


def test_what_has_a_file_is_not_run_again(tmp_path: Path) -> None:
    todo = run.units(given(tmp_path, peers="random"))
    run.write(todo[0].path, [HEAD])
    assert run.units(given(tmp_path, peers="random")) == todo[1:]


def test_every_problem_has_its_first_seed_before_any_has_its_second(tmp_path: Path) -> None:
    seeds = [unit.seed for unit in run.units(given(tmp_path, peers="random"))]
    assert seeds == sorted(seeds)
    assert set(seeds) == {0, 1}


def test_slow_peers_run_on_the_sample_that_is_noted(tmp_path: Path) -> None:
    todo = run.units(given(tmp_path))
    slow = {unit.problem for unit in todo if unit.peer == "optuna-gp"}
    quick = {unit.problem for unit in todo if unit.peer == "random"}
    assert len(slow) == 2
    assert slow < quick
    assert run.units(given(tmp_path)) == todo


def test_quick_peers_alone_draw_no_sample(tmp_path: Path) -> None:
    run.units(given(tmp_path, peers="random"))
    assert not (tmp_path / "sample.json").exists()


def test_a_suite_without_its_data_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.problems.cache_clear()
    monkeypatch.delenv("AYAR_BENCH_DATA", raising=False)
    with pytest.raises(SystemExit, match=r"suite 'kernels': this suite reads measured data: set AYAR_BENCH_DATA"):
        run.units(given(tmp_path, suite="kernels"))
    with pytest.raises(SystemExit, match=r"no suite 'kernel'; there are tabular"):
        run.units(given(tmp_path, suite="kernel"))


def test_another_sample_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    run.units(given(tmp_path))
    with pytest.raises(SystemExit, match=r"drawn before as --sample 2 --sample-seed 0"):
        run.units(given(tmp_path, sample_seed=1))


def test_an_unknown_peer_and_a_missing_environment_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"no peer optima; there are random, "):
        run.units(given(tmp_path, peers="random,optima"))
    monkeypatch.setattr(run, "python_of", lambda script: str(tmp_path / "none"))
    with pytest.raises(SystemExit, match=r"no environment for optuna: python -m benchmarks\.peers --install optuna"):
        run.units(given(tmp_path, peers="optuna-gp"))


SPACE = (
    Parameter("kind", "categorical", values=("a", "b")),
    Parameter("x", "float", 1e-3, 1.0, log=True, when={"kind": ("a",)}),
    Parameter("n", "ordinal", values=(1, 2, 4)),
)


def test_a_real_process_answers_and_its_error_is_told() -> None:
    process = Process(PEERS["random"])
    process.start(SPACE, seed=3, trials=4)
    asked = [process.say({"op": "ask"}) for _ in range(4)]
    assert all(("x" in answer["params"]) == (answer["params"]["kind"] == "a") for answer in asked)
    assert process.say({"op": "tell", "id": asked[0]["id"], "loss": 1.5})["seconds"] > 0
    with pytest.raises(PeerFailed, match=r"KeyError: 77"):
        process.say({"op": "tell", "id": 77, "loss": 1.5})


def test_a_process_that_dies_leaves_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.peers.process.python_of", lambda script: "python3")
    process = Process(Peer("no_such_script"))
    with pytest.raises(PeerFailed, match=r"the process ended: .*No module named benchmarks\.peers\.no_such_script"):
        process.start(SPACE, seed=0, trials=1)
