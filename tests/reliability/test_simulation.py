"""Thousands of seeded steps of virtual workers; `make soak` makes a million."""

from pathlib import Path

import pytest

from reliability.simulation import run

HAZARDS = {"crash", "freeze", "busy", "reopen", "reboot", "refused", "reclaimed"}


@pytest.mark.slow
@pytest.mark.parity("N3", "N4")
@pytest.mark.parametrize(("kind", "steps"), [("memory", 20_000), ("sqlite", 1_000)])
def test_virtual_workers_in_trouble_keep_every_promise(kind: str, steps: int, tmp_path: Path) -> None:
    total = run(kind, tmp_path, steps, seed=0)
    assert total["told"] > steps / 60
    if kind == "memory":
        assert total.keys() >= HAZARDS
