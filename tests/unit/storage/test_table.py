"""Addresses and the table of stores."""

from pathlib import Path

import pytest

from ayar.base.errors import ArgumentError, UnknownName
from ayar.storage import open_store
from ayar.storage.memory import MemoryStore
from ayar.storage.sqlite import SqliteStore


@pytest.mark.parametrize("address", [None, "memory"])
def test_without_a_place_the_store_is_in_memory(address: str | None) -> None:
    assert isinstance(open_store(address), MemoryStore)


def test_a_path_and_an_address_name_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for address in (path, str(path), f"sqlite:///{path}"):
        store = open_store(address)
        assert isinstance(store, SqliteStore)
        assert store.address == f"sqlite:///{path}"
        store.close()
    assert path.is_file()


def test_a_relative_path_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///a.db")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert list(store.studies()) == []
    assert (tmp_path / "a.db").is_file()


def test_an_open_store_is_returned_as_it_is() -> None:
    store = MemoryStore()
    assert open_store(store) is store


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"no kind of store is called 'sqlit'; did you mean 'sqlite'\?"):
        open_store("sqlit:///a.db")


def test_an_empty_address_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"storage: expected 'sqlite:///FILE', a path, or None, got \'\'"):
        open_store("")
