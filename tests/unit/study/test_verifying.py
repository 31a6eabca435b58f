"""Verify finds nothing where nothing is wrong, and names the first thing that is."""

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

import ayar
from ayar.samplers import SAMPLERS
from ayar.storage.base import Line
from ayar.storage.memory import MemoryStore
from ayar.storage.relink import relinked
from ayar.study.replay import Difference
from ayar.study.study import Study
from ayar.study.verifying import Verification
from ayar.testing.zoo import ZOO
from ayar.trial import events as ev

SPACE = {"x": (0.0, 1.0), "n": (1, 9)}


def problem_for(sampler: str) -> Any:
    return ZOO["cells" if SAMPLERS.get_class(sampler).capabilities.finite_only else "kernels"]


@pytest.mark.parity("N1")
@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_samplers_proposals_are_reproduced_with_one_worker(sampler: str) -> None:
    problem = problem_for(sampler)
    study = ayar.create_study(problem.space, sampler=sampler, seed=3, max_trials=16)
    study.optimize(lambda trial: problem.objective(trial.params))
    found = ayar.load_study(study.store).verify()
    assert (found.difference, found.proposals, found.incomparable) == (None, 16, ())


@pytest.mark.parity("N1")
@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_samplers_proposals_are_reproduced_with_workers_side_by_side(sampler: str) -> None:
    problem = problem_for(sampler)
    study = ayar.create_study(problem.space, sampler=sampler, seed=3, max_trials=16)
    others = [ayar.load_study(study.store, space=problem.space) for _ in range(3)]
    side_by_side([study, *others], problem.objective)
    found = ayar.load_study(study.store).verify()
    assert (found.difference, found.proposals, found.incomparable) == (None, 16, ())
    seen = [trial.seen or 0 for trial in study.trials]
    assert seen != sorted(seen) or len(set(seen)) < len(seen) or max(seen) < study.fold.head


def side_by_side(studies: Sequence[Study], objective: Callable[[Any], float]) -> None:
    """Workers ask 16 trials and tell them in an order by chance, several under way at a time."""
    rng, running, left = random.Random(0), list[tuple[Study, Any]](), 16
    while left or running:
        if left and rng.random() < 0.6:
            left -= 1
            study = rng.choice(studies)
            running.append((study, study.ask()))
        elif running:
            study, trial = running.pop(rng.randrange(len(running)))
            study.tell(trial, objective(trial.params))


def test_points_from_elsewhere_settings_and_retries_are_replayed() -> None:
    study = ayar.create_study(SPACE, sampler="tpe", seed=0, max_trials=12, retries={"exception": 1, "lost": 1})
    study.add({"x": 0.5, "n": 3}, 0.25)
    study.enqueue({"n": 4})
    study.optimize(fails_at_first, n_trials=6)
    study.change(sampler="random", max_trials=9)
    study.enqueue({"x": 0.25, "n": 4}, priority=3)
    study.optimize(fails_at_first)
    assert any(trial.attempts == 2 for trial in study.trials)
    assert study.verify().text == "study 'study' is whole: 34 events, 9 proposals reproduced bit for bit"


def fails_at_first(trial: Any) -> float:
    if trial.number % 3 == 0 and trial.number not in FAILED:
        FAILED.add(trial.number)
        raise ValueError("once")
    return float(trial["x"])


FAILED: set[int] = set()


def test_a_space_defined_by_run_is_replayed() -> None:
    def objective(trial: Any) -> float:
        x = trial.suggest_float("x", 0.0, 1.0)
        deep = trial.suggest_int("depth", 1, 5) if x > 0.4 else 0
        return float(x + deep)

    study = ayar.create_study(sampler="tpe", seed=0, max_trials=15)
    study.enqueue({"x": 0.9})
    study.optimize(objective)
    found = study.verify()
    assert (found.difference, found.proposals) == (None, 15)


def test_a_space_with_functions_needs_them() -> None:
    space = ayar.Space(SPACE, constraints=[lambda p: p["x"] < 0.1 * p["n"]])
    study = ayar.create_study(space, sampler="random", seed=0, max_trials=5)
    study.optimize(lambda trial: trial["x"])
    assert study.verify().proposals == 5
    with pytest.raises(ayar.errors.SpaceError, match="its constraints are functions"):
        ayar.load_study(study.store).verify()
    assert ayar.load_study(study.store, space=space).verify().proposals == 5


def test_progress_is_said() -> None:
    study = small()
    seen: list[tuple[int, int]] = []
    study.verify(watch=lambda done, total: seen.append((done, total)))
    assert seen == [(i, 8) for i in range(1, 9)]


# -- planted faults ----------------------------------------------------------------------------------------------------


def small(storage: Any = None, sampler: str = "tpe") -> Study:
    study = ayar.create_study(SPACE, storage=storage, sampler=sampler, seed=0, max_trials=8)
    study.optimize(lambda trial: trial["x"])
    return study


def edited(change: Callable[[Line, Any], Any], sampler: str = "tpe") -> Verification:
    """A small study verified after `change` gave some bodies another content, with a chain that fits it."""
    lines = []
    for line in small(sampler=sampler).store.lines(1, 0):
        body = change(line, line.event().body)
        lines.append(line if body is None else msgspec.structs.replace(line, text=ev.encode_body(body)))
    store = MemoryStore()
    store.restore("study", relinked(lines))
    return ayar.load_study(store).verify()


def asked(number: int, **changes: Any) -> Callable[[Line, Any], Any]:
    def change(_line: Line, body: Any) -> Any:
        if not isinstance(body, ev.TrialAsked) or body.number != number:
            return None
        merged = {name: {**getattr(body, name), **new} if name != "seen" else new for name, new in changes.items()}
        return msgspec.structs.replace(body, **merged)

    return change


def first(found: Verification) -> Difference:
    assert not found.ok
    assert found.difference is not None
    return found.difference


@pytest.mark.parity("N1")
def test_an_edited_parameter_is_named() -> None:
    found = first(edited(asked(5, params={"x": 0.123})))
    assert (found.trial, found.field, found.stored) == (5, "params.x", "0.123")
    assert f"event {found.event}, trial 5, params.x: stored 0.123, recomputed 0." in found.text


@pytest.mark.parity("N1")
def test_the_last_bit_of_a_parameter_counts() -> None:
    value = small().trials[5]["x"]
    import math

    found = first(edited(asked(5, params={"x": math.nextafter(value, 1.0)})))
    assert (found.trial, found.field, found.recomputed) == (5, "params.x", repr(value))


def test_an_edited_note_is_named() -> None:
    found = first(edited(asked(3, note={"why": "because I say so"})))
    assert (found.trial, found.field, found.stored) == (3, "note.why", '"because I say so"')


def test_the_first_of_two_is_named() -> None:
    def change(line: Line, body: Any) -> Any:
        return asked(6, params={"x": 0.5})(line, body) or asked(2, params={"n": 9})(line, body)

    assert (first(edited(change)).trial, first(edited(change)).field) == (2, "params.n")


def test_a_proposal_that_saw_the_future_is_named() -> None:
    found = first(edited(asked(4, seen=900)))
    assert (found.trial, found.field, found.stored) == (4, "seen", "900")


def test_an_edited_result_shows_in_the_proposals_that_saw_it() -> None:
    def change(_line: Line, body: Any) -> Any:
        return (
            msgspec.structs.replace(body, values=(-5.0,))
            if getattr(body, "values", None) and body.number == 1
            else None
        )

    assert (first(edited(change)).trial or 0) > 1


def test_another_version_is_not_comparable_and_says_what_differs() -> None:
    def change(_line: Line, body: Any) -> Any:
        if isinstance(body, ev.StudyCreated):
            return msgspec.structs.replace(body, versions={**body.versions, "numpy": "1.0"})
        if isinstance(body, ev.WorkerJoined):
            return ev.WorkerJoined({**body.env, "versions": {**body.env["versions"], "numpy": "1.0"}})
        return asked(5, params={"x": 0.123})(_line, body)

    found = edited(change)
    assert found.ok
    assert 5 in found.incomparable
    assert found.circumstances[0].startswith("numpy 1.0 then, ")
    assert "not comparable: numpy 1.0 then" in found.text


Statement = tuple[str, tuple[Any, ...]]

PLANTED: dict[str, tuple[list[Statement], tuple[int | None, int | None, str]]] = {
    "a changed body": (
        [("UPDATE event SET body = replace(body, '\"n\":', '\"n\": ') WHERE id = 7", ())],
        (7, 2, "chain"),
    ),
    "a deleted row": ([("DELETE FROM event WHERE id = 9", ())], (9, None, "event")),
    "a deleted end": ([("DELETE FROM event WHERE id > 15", ())], (16, None, "event")),
    "swapped rows": (
        [
            ("UPDATE event SET id = 900 WHERE id = 5", ()),
            ("UPDATE event SET id = 5 WHERE id = 6", ()),
            ("UPDATE event SET id = 6 WHERE id = 900", ()),
        ],
        (5, 1, "chain"),
    ),
    "another trial in the envelope": ([("UPDATE event SET number = 7 WHERE id = 6", ())], (6, 1, "number")),
    "a wrong slot": ([("UPDATE slot SET attempt = 2 WHERE number = 8", ())], (None, 8, "slot.attempt")),
    "a slot too few": ([("DELETE FROM slot WHERE number = 8", ())], (None, 8, "slot.slot")),
    "a wrong budget": ([("UPDATE study SET asked = 2", ())], (None, None, "study.asked")),
    "a wrong limit": ([("UPDATE study SET max_trials = 900", ())], (None, None, "study.max_trials")),
    "a wrong next number": ([("UPDATE study SET next_number = 30", ())], (None, None, "study.next_number")),
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 8 trials, and a ninth that runs."""
    path = tmp_path_factory.mktemp("stored") / "study.db"
    study = small(path, "random")
    study.change(max_trials=9)
    study.ask()
    study.close()
    return path


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_a_fault_in_the_store_is_named(fault: str, stored: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_bytes(stored.read_bytes())
    statements, wanted = PLANTED[fault]
    with closing(sqlite3.connect(path)) as database, database:
        for statement, values in statements:
            database.execute(statement, values)
    found = first(verified(path))
    assert (found.event, found.trial, found.field) == wanted, found.text


def verified(path: Path) -> Verification:
    from ayar.study.front import find_study
    from ayar.study.verifying import verify

    store, entry = find_study(path)
    with store:
        return verify(store, entry)


def test_the_store_without_a_fault_is_whole(stored: Path) -> None:
    assert verified(stored).text == "study 'study' is whole: 23 events, 9 proposals reproduced bit for bit"
