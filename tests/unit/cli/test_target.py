from contextlib import closing
from pathlib import Path

import pytest

import ayar
from ayar.base.errors import StudyNotFound
from ayar.cli.target import chosen_study

MISSING = "sqlite:///ayar.db"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_where_the_store_is_missing_those_of_the_folder_are_named(folder: Path) -> None:
    for name in ("svm.db", "my trees.db"):
        with closing(ayar.create_study({"x": (0.0, 1.0)}, storage=f"sqlite:///{name}")):
            pass
    expected = (
        "expected a study in sqlite:///ayar.db, found none; in this folder there are stores; name one with:\n"
        "  --storage 'sqlite:///my trees.db'\n  --storage sqlite:///svm.db"
    )
    with pytest.raises(StudyNotFound) as raised:
        chosen_study(MISSING, None)
    assert str(raised.value) == expected


def test_databases_of_other_programs_are_neither_named_nor_touched(folder: Path) -> None:
    (folder / "other.db").write_bytes(b"SQLite format 3\0" + bytes(84))
    (folder / "short.db").write_bytes(b"text")
    with pytest.raises(StudyNotFound, match=r"found none; start one with: ayar tune FILE"):
        chosen_study(MISSING, None)
    assert sorted(path.name for path in folder.iterdir()) == ["other.db", "short.db"]
