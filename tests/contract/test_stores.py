"""Every store of the table keeps the contract."""

from pathlib import Path

import pytest

from ayar.storage import STORES
from ayar.storage.base import Store
from ayar.testing.fake_clock import FakeClock
from ayar.testing.store_suite import Reopen, StoreSuite


def in_memory(request: pytest.FixtureRequest) -> Reopen:
    kept: list[Store] = []

    def reopen(clock: FakeClock) -> Store:
        if not kept:
            kept.append(STORES.get_class("memory")(clock=clock))
        return kept[0]

    return reopen


def in_a_file(request: pytest.FixtureRequest) -> Reopen:
    folder: Path = request.getfixturevalue("tmp_path")
    return lambda clock: STORES.get_class("sqlite")(folder / "study.db", clock=clock)


def on_a_server(request: pytest.FixtureRequest) -> Reopen:
    address = request.getfixturevalue("postgres")
    return lambda clock: STORES.get_class("postgresql")(address, clock=clock)


PLACES = {"memory": in_memory, "sqlite": in_a_file, "postgresql": on_a_server}


class TestStores(StoreSuite):
    @pytest.fixture(params=sorted(STORES))
    def reopen(self, request: pytest.FixtureRequest) -> Reopen:
        return PLACES[request.param](request)
