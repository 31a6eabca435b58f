"""Every store of the table keeps the contract."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ayar.storage import STORES
from ayar.storage.base import Store
from ayar.testing.fake_clock import FakeClock
from ayar.testing.store_suite import Reopen, StoreSuite


def in_memory(_: Path) -> Reopen:
    kept: list[Store] = []

    def reopen(clock: FakeClock) -> Store:
        if not kept:
            kept.append(STORES.get_class("memory")(clock=clock))
        return kept[0]

    return reopen


def in_a_file(folder: Path) -> Reopen:
    return lambda clock: STORES.get_class("sqlite")(folder / "study.db", clock=clock)


PLACES: dict[str, Callable[[Path], Reopen]] = {"memory": in_memory, "sqlite": in_a_file}


class TestStores(StoreSuite):
    @pytest.fixture(params=sorted(STORES))
    def reopen(self, request: pytest.FixtureRequest, tmp_path: Path) -> Reopen:
        return PLACES[request.param](tmp_path)
