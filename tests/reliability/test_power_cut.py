"""P2: an acknowledged write survives a power cut at any moment, if the disk honours a sync.

Every operation of SQLite on its files is recorded; the files are then built as a cut behind each operation may leave
them, and opened.
"""

import random
import sqlite3
import tempfile
from pathlib import Path

import pytest

from ayar.storage import sqlite_engine
from ayar.storage.sqlite import SqliteStore
from reliability.disk import Disk, crash_images, installed
from reliability.files import read_raw
from reliability.history import check_log
from reliability.operations import log_of, sequence

pytestmark = pytest.mark.slow


def record(seed: int, length: int) -> tuple[Disk, Path]:
    """Run a random sequence on a recorded disk; each step's last event is acknowledged when the step returns."""
    folder = Path(tempfile.mkdtemp(prefix="ayar-cut-"))
    disk, rng = Disk(folder), random.Random(seed)
    with installed(disk), SqliteStore(folder / "study.db") as store:
        for step in sequence(rng, length):
            step(store)
            disk.acknowledge(log_of(store)[-1].id)
    return disk, folder


def violations(disk: Disk, folder: Path, seed: int) -> list[str]:
    """What is wrong with the images of cuts behind each operation."""
    rng, wrong, seen = random.Random(seed), [], set()
    for cut in range(1, len(disk.ops) + 1):
        for kind, files, acknowledged in crash_images(disk.ops[:cut], rng):
            signature = hash(tuple(sorted(files.items()))), len(acknowledged)
            if signature not in seen:
                seen.add(signature)
                wrong += [f"seed {seed}, cut {cut}, {kind}: {w}" for w in look_at(files, folder, acknowledged)]
    return wrong


def look_at(files: dict[str, bytes], folder: Path, acknowledged: list[int]) -> list[str]:
    """Open an image as after the restart: whole, and all that was acknowledged is there."""
    with tempfile.TemporaryDirectory(prefix="ayar-image-") as place:
        for path, content in files.items():
            (Path(place) / Path(path).relative_to(folder)).write_bytes(content)
        try:
            checked, events = read_raw(Path(place) / "study.db")
        except sqlite3.Error as error:
            return [f"the database does not open: {error!r}"]
    last = max(acknowledged, default=0)
    wrong = [] if checked == "ok" else [f"SQLite says: {checked}"]
    if len(events) < last:
        wrong.append(f"event {last} was acknowledged, the log ends at {len(events)}")
    return wrong + check_log(events)


@pytest.mark.parametrize("seed", range(2))
def test_what_was_acknowledged_survives_a_cut_behind_every_operation(seed: int) -> None:
    disk, folder = record(seed, 6)
    assert not violations(disk, folder, seed)


def test_a_cut_within_a_checkpoint_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_BYTES", 40_000)
    disk, folder = record(7, 8)
    assert any(op.kind == "truncate" for op in disk.ops)
    assert not violations(disk, folder, 7)
