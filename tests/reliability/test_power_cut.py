"""P2: an acknowledged write survives a power cut at any moment, if the disk honours a sync; see `power_cut`."""

import pytest

from ayar.storage import sqlite_engine
from reliability.power_cut import record, violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(2))
def test_what_was_acknowledged_survives_a_cut_behind_every_operation(seed: int) -> None:
    wrong, images = violations(*record(seed, 6), seed)
    assert not wrong
    assert images > 100


def test_a_cut_within_a_checkpoint_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_BYTES", 40_000)
    disk, folder = record(7, 8)
    assert sum(op.kind == "truncate" for op in disk.ops) > 1
    assert not violations(disk, folder, 7)[0]
