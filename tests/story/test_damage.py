"""A store that was flipped, zeroed or cut anywhere: the same content, or an error of ours, never another answer.

Promise P15. The damage is drawn with a fixed seed, so a failure repeats; each kind is spread over the whole file.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.base.errors import AyarError, StoreError, StudyNotFound
from ayar.storage.base import Line
from ayar.storage.logfile import Logged
from ayar.storage.memory import MemoryStore
from ayar.storage.rebuild import rebuilt
from ayar.storage.salvage import salvage_file
from ayar.study.copying import all_lines
from ayar.study.front import find_study
from ayar.study.verifying import verify

TIMES = 100
"""Damages of each kind."""


def flip(data: bytearray, rng: random.Random) -> bytes:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def zero(data: bytearray, rng: random.Random) -> bytes:
    length = rng.choice([1, 16, 512, 4096])
    start = rng.randrange(len(data))
    data[start : start + length] = bytes(min(length, len(data) - start))
    return bytes(data)


def cut(data: bytearray, rng: random.Random) -> bytes:
    return bytes(data[: rng.randrange(len(data))])


DAMAGES: dict[str, Callable[[bytearray, random.Random], bytes]] = {"flip": flip, "zero": zero, "cut": cut}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "study.db"
    study = ayar.create_study({"x": (0.0, 1.0), "k": ["a", "b"]}, storage=path, sampler="random", seed=0, max_trials=25)
    study.optimize(lambda trial: trial["x"])
    study.close()
    return path


def content(lines: list[Line]) -> list[Any]:
    """What the chain covers: of the envelope, only times and names of workers are not in it."""
    return [(line.id, line.kind, line.text) for line in lines]


def reading(path: Path) -> tuple[list[Any], Any] | AyarError:
    """What a reader is shown: parameters, values, states and settings; or the error in its place."""
    try:
        study = ayar.load_study(path)
        shown = [(t.number, t.state, t.params, t.values, dict(t.note), t.seen, t.attempts) for t in study.trials]
        setup = study.setup
        study.close()
    except (StoreError, StudyNotFound) as error:
        return error  # not found: its name was damaged, or the file cut to nothing, which makes a new store
    return shown, (setup.goals, setup.seed, setup.sampler, setup.max_trials, str(setup.space))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(DAMAGES))
def test_damage_never_shows_another_answer(kind: str, whole: Path, tmp_path: Path) -> None:
    rng, data, right = random.Random(kind), whole.read_bytes(), reading(whole)
    store, entry = find_study(whole)
    with store:
        lines = all_lines(store, entry)
    refused = saved = 0
    for place in range(TIMES):
        path = tmp_path / f"{place}.db"
        path.write_bytes(DAMAGES[kind](bytearray(data), rng))
        shown = reading(path)
        refused += isinstance(shown, AyarError)
        assert isinstance(shown, AyarError) or shown == right, place
        verified(path, right)
        saved += salvaged(path, lines)
    assert refused > TIMES // 20
    assert saved > 0


def verified(path: Path, right: Any) -> None:
    """Verify says that all is well only where it is."""
    try:
        store, entry = find_study(path)
        with store:
            found = verify(store, entry)
    except AyarError:
        return
    assert not found.ok or reading(path) == right


def salvaged(path: Path, lines: list[Line]) -> int:
    """What is salvaged was written so; how many events it is."""
    try:
        found = salvage_file(path)
    except StoreError:
        return 0
    for logged in found:
        assert set(content(list(logged.lines))) <= set(content(lines))
        rebuild(logged)
    return sum(len(logged.lines) for logged in found)


def rebuild(logged: Logged) -> None:
    """A study is made of it, unless its first event is gone."""
    if logged.lost and logged.lines and logged.lines[0].id == 1:
        store = MemoryStore()
        store.restore("again", rebuilt(logged, at=0))
        assert ayar.load_study(store).verify().ok
