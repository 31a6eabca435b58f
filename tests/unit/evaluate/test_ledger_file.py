"""A ledger file is a chain that survives a crash and notices a change."""

from pathlib import Path

import numpy as np
import pytest

from ayar.base.errors import SealedTestSet
from ayar.evaluate import LedgerFile, judge_sealed, seal
from ayar.evaluate.ledger import OPENING


class Always:
    def predict(self, rows: object) -> object:
        return np.ones(len(rows))  # type: ignore[arg-type]


@pytest.mark.parity("N21")
def test_a_test_set_without_a_study_opens_once_with_its_configuration_on_record(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "openings.jsonl")
    data = seal(np.arange(50).reshape(-1, 1), np.arange(50) % 2)
    first = judge_sealed(Always(), data, ledger, params={"depth": np.int64(3), "kernel": "rbf"})
    assert (first.score, first.count, first.params) == (0.5, 1, {"depth": 3, "kernel": "rbf"})
    assert (first.cv_score, first.gap) == (None, None)
    assert "cross-validation" not in str(first)
    again = LedgerFile(tmp_path / "openings.jsonl")
    said = r"opened once before, last at \d{4}-[^;]* UTC; .* The ledger keeps the score; to open again pass reason="
    with pytest.raises(SealedTestSet, match=said):
        judge_sealed(Always(), data, again)
    second = judge_sealed(Always(), data, again, reason="a referee asked")
    assert "the test set was opened 2 times" in str(second)


@pytest.mark.parity("N21")
def test_the_ledger_survives_a_crash_while_an_entry_is_written(tmp_path: Path) -> None:
    path = tmp_path / "openings.jsonl"
    ledger = LedgerFile(path)
    ledger.record(OPENING, {"number": 1})
    with path.open("ab") as file:
        file.write(b'{"number":2,"at":17,"topic":"evalu')
    assert LedgerFile(path).records(OPENING) == [{"number": 1}]
    ledger.record(OPENING, {"number": 2})
    assert LedgerFile(path).records(OPENING) == [{"number": 1}, {"number": 2}]


def test_an_opening_whose_score_was_never_written_counts(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "openings.jsonl")
    data = seal(np.arange(50).reshape(-1, 1), np.arange(50) % 2)
    data.open(ledger, number=0)  # and the process dies here
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        judge_sealed(Always(), data, LedgerFile(tmp_path / "openings.jsonl"))


@pytest.mark.parametrize(
    ("old", "new"), [(b'"number":2', b'"number":3'), (b'"score":1', b'"score":9'), (b'{"number":1', b'["number":1')]
)
def test_a_changed_line_is_noticed(old: bytes, new: bytes, tmp_path: Path) -> None:
    path = tmp_path / "openings.jsonl"
    for i in range(3):
        LedgerFile(path).record("opened", {"score": i})
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(
        SealedTestSet, match=r"expected an unbroken ledger at .* was changed, or one before it taken out"
    ):
        LedgerFile(path).records("opened")


def test_a_line_that_was_taken_out_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "openings.jsonl"
    for i in range(3):
        LedgerFile(path).record("opened", {"score": i})
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(SealedTestSet, match=r"line 2 was changed, or one before it taken out"):
        LedgerFile(path).record("opened", {"score": 4})
