"""Verify, export, import and doctor, as the command says them."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ayar
from ayar.cli import doctor
from ayar.cli.app import app


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "study.db"
    study = ayar.create_study(
        {"x": (0.0, 1.0), "k": ["a", "b,c"]}, storage=path, sampler="random", seed=0, max_trials=5
    )
    study.optimize(lambda trial: trial["x"])
    study.close()
    return path


def said(*words: object, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def test_verify_says_that_a_study_is_whole(stored: Path) -> None:
    assert said("verify", "--storage", stored)[0] == (
        "study 'study' is whole: 14 events, 5 proposals reproduced bit for bit\n"
    )
    found = json.loads(said("verify", "--storage", stored, "--json")[0])
    assert (found["ok"], found["proposals"], found["difference"]) == (True, 5, None)


def test_export_and_import_give_the_same_bytes(stored: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    said("export", first, "--storage", stored)
    said("import", first, "--storage", tmp_path / "other.db")
    said("export", second, "--storage", tmp_path / "other.db")
    assert second.read_bytes() == first.read_bytes()
    assert said("export", "--storage", stored)[0].encode() == first.read_bytes()


def test_a_taken_name_is_refused_and_another_taken(stored: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    said("export", file, "--storage", stored)
    _, words = said("import", file, "--storage", stored, code=2)
    assert "study 'study' exists already" in words
    assert "--name" in words
    said("import", file, "--storage", stored, "--name", "two")
    assert ayar.list_studies(stored) == ["study", "two"]
    assert ayar.load_study(stored, "two").verify().ok
    assert len(said("export", "--all", "--storage", stored)[0].splitlines()) == 30
    both = said("export", "--study", "two", "--study", "study", "--storage", stored)[0]
    assert [json.loads(line)["study"] for line in both.splitlines() if line.startswith('{"ayar"')] == ["two", "study"]


@pytest.mark.parity("SP11")
def test_the_table_of_trials(stored: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(said("export", "--csv", "--storage", stored)[0])))
    trials = ayar.load_study(stored).trials
    assert [(int(row["number"]), row["state"], float(row["value"])) for row in rows] == [
        (trial.number, "complete", trial.value) for trial in trials
    ]
    assert [(float(row["params_x"]), row["params_k"]) for row in rows] == [(t["x"], t["k"]) for t in trials]
    assert all(int(row["told_at"]) >= int(row["asked_at"]) > 0 for row in rows)


def test_a_damaged_store_is_named_saved_and_rebuilt(stored: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(stored)) as database, database:
        database.execute("UPDATE event SET body = replace(body, '0.5', '0.6') WHERE id = 6")
        database.execute("DELETE FROM event WHERE id = 8")
    told, _ = said("verify", "--storage", stored, code=1)
    assert "differs from its log" in told
    _, words = said("export", "--storage", stored, code=3)
    assert "is not what was written" in words or "gap" in words
    _, words = said("export", tmp_path / "saved.jsonl", "--salvage", "--storage", stored, code=1)
    assert "event 8: missing or unreadable" in words
    _, words = said("import", tmp_path / "saved.jsonl", "--storage", tmp_path / "new.db")
    assert "rebuilt from a salvaged log" in words
    assert ayar.load_study(tmp_path / "new.db").verify().ok


def test_doctor_finds_this_machine_well(stored: Path) -> None:
    text, _ = said("doctor", "--storage", stored)
    assert "opens; 1 study" in text
    topics = [json.loads(line)["topic"] for line in said("doctor", "--storage", stored, "--json")[0].splitlines()]
    assert {"python", "packages", "sqlite", "cores", "workers", "place", "disk", "store", "extras", "gpus"} <= set(
        topics
    )


def test_doctor_names_troubles_with_a_remedy(tmp_path: Path) -> None:
    troubles = [
        doctor.sqlite("3.36.0"),
        doctor.place(tmp_path, "nfs4"),
        *doctor.store(str(tmp_path / "missing" / "study.db")),
    ]
    assert {finding.health for finding in troubles} == {doctor.Health.TROUBLE}
    assert all(finding.remedy for finding in troubles)
    for finding in (doctor.disk(tmp_path, 1000), doctor.cores(2, 8)):
        assert (finding.health, bool(finding.remedy)) == (doctor.Health.WARNING, True)


def test_doctor_says_that_a_store_is_damaged(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes()[:5000])
    text, _ = said("doctor", "--storage", stored, code=1)
    assert "trouble:" in text


def test_a_folder_is_no_file_to_export_to(stored: Path, tmp_path: Path) -> None:
    _, words = said("export", tmp_path, "--storage", stored, code=3)
    assert f"expected a file to write, got the folder {tmp_path}; name a file in it" in words
