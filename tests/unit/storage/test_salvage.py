"""What is whole is saved, what is not is named, and the rest makes a study again."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

import ayar
from ayar.base.errors import StoreUnreadable
from ayar.storage.base import SALVAGED, Line
from ayar.storage.logfile import Logged
from ayar.storage.memory import MemoryStore
from ayar.storage.rebuild import rebuilt
from ayar.storage.salvage import salvage_file, salvage_store, vouched
from ayar.study.study import Study


def rows() -> list[Line]:
    study = ayar.create_study({"x": (0.0, 1.0)}, sampler="random", seed=0, max_trials=5)
    study.optimize(lambda trial: trial["x"])
    return list(study.store.lines(1, 0))


def found(lines: Sequence[Line], head: int) -> tuple[list[int], list[str]]:
    logged = vouched("study", {line.id: line for line in lines}, head)
    return [line.id for line in logged.lines], list(logged.lost)


def changed(line: Line) -> Line:
    return msgspec.structs.replace(line, text=line.text.replace('"', "'", 1))


def test_a_whole_log_loses_nothing() -> None:
    lines = rows()
    assert found(lines, len(lines)) == ([line.id for line in lines], [])


def test_a_changed_event_is_left_out_and_named() -> None:
    lines = rows()
    numbers, lost = found([*lines[:4], changed(lines[4]), *lines[5:]], len(lines))
    assert (5 in numbers, len(numbers)) == (False, len(lines) - 1)
    assert lost == ["event 5: not what was written"]


def test_after_a_gap_one_event_has_nobody_to_vouch_for_it() -> None:
    lines = rows()
    numbers, lost = found([*lines[:4], *lines[6:]], len(lines))
    assert (numbers[:5], len(numbers)) == ([1, 2, 3, 4, 8], len(lines) - 3)
    assert lost == [
        "events 5 to 6: missing or unreadable",
        "event 7: readable, but nothing vouches for it, since the one before is lost",
    ]


def test_a_damaged_chain_value_alone_costs_nothing() -> None:
    lines = rows()
    damaged = msgspec.structs.replace(lines[4], chain="0" * 16)
    logged = vouched("study", {line.id: line for line in [*lines[:4], damaged, *lines[5:]]}, len(lines))
    assert list(logged.lines) == lines
    assert logged.lost == ()


def test_a_lost_end_is_named() -> None:
    lines = rows()
    assert found(lines[:-2], len(lines))[1] == [f"events {len(lines) - 1} to {len(lines)}: missing or unreadable"]


def test_a_rebuilt_study_holds_what_fits_together_and_says_what_was_lost() -> None:
    lines = rows()
    logged = vouched("study", {line.id: line for line in lines if line.id != 5}, len(lines))
    assert lines[4].kind == "TrialAsked"
    study = study_of(rebuilt(logged, at=7))
    [said] = study.records(SALVAGED)
    assert said["lost"] == [
        "event 5: missing or unreadable",
        "event 6: readable, but nothing vouches for it, since the one before is lost",
    ]
    assert said["dropped"] == []
    assert [(trial.number, trial.value) for trial in study.trials] == [(n, told(lines, n)) for n in (0, 2, 3, 4)]


def test_an_outcome_whose_ask_is_lost_is_dropped_and_named() -> None:
    lines = rows()
    logged = Logged("study", [line for line in lines if line.id != 5], ("event 5: lost",))
    [said] = study_of(rebuilt(logged, at=7)).records(SALVAGED)
    assert len(said["dropped"]) == 1
    assert said["dropped"][0].startswith("event 6 (TrialTold of trial 1): event 5: TrialTold cannot move trial 1")


def test_a_trial_whose_outcome_is_lost_runs_again() -> None:
    lines = rows()
    study = study_of(rebuilt(Logged("study", [line for line in lines if line.id != 6], ("event 6: lost",)), at=7))
    assert [trial.state.value for trial in study.trials].count("running") == 1
    study.optimize(lambda trial: trial["x"])
    assert [trial.value for trial in study.trials] == [told(lines, n) for n in range(5)]


def test_a_rebuilt_study_says_that_later_proposals_cannot_be_compared() -> None:
    study = ayar.create_study({"x": (0.0, 1.0)}, sampler="tpe", seed=0, max_trials=14)
    study.optimize(lambda trial: trial["x"])
    lines = study.store.lines(1, 0)
    seen = study_of(
        rebuilt(Logged("study", [line for line in lines if line.id != 6], ("event 6: lost",)), at=7)
    ).verify()
    assert seen.ok
    assert seen.incomparable
    assert "events were lost" in seen.text


def test_without_its_first_event_nothing_is_rebuilt() -> None:
    with pytest.raises(StoreUnreadable, match="its first event is lost"):
        rebuilt(Logged("study", rows()[1:], ("event 1: lost",)), at=7)


def study_of(lines: Sequence[Line]) -> Study:
    store = MemoryStore()
    store.restore("study", lines)
    return ayar.load_study(store)


def told(lines: Sequence[Line], number: int) -> float:
    bodies = [line.event().body for line in lines if line.kind == "TrialTold" and line.number == number]
    return float(bodies[0].values[0])


def test_a_file_and_a_store_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    study = ayar.create_study({"x": (0.0, 1.0)}, storage=path, sampler="random", seed=0, max_trials=5)
    study.optimize(lambda trial: trial["x"])
    assert salvage_file(path) == salvage_store(study.store)
    study.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM event WHERE id = 5")
    before = path.read_bytes()
    [logged] = salvage_file(path)
    assert logged.lost[0] == "event 5: missing or unreadable"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_saves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(b"SQLite format 3\x00" + bytes(5000))
    with pytest.raises(StoreUnreadable, match="no study can be read"):
        salvage_file(path)
