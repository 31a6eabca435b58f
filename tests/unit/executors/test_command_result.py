"""Results as text."""

import math
from pathlib import Path
from typing import Any

import pytest

from ayar.executors.command_result import ResultLines, from_output, metrics_of
from ayar.executors.failures import AttemptFailed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "result.jsonl"


def test_lines_with_a_step_are_reports_and_the_last_without_is_the_result(file: Path) -> None:
    lines = ResultLines(file)
    file.write_text('{"step": 1, "loss": 3}\n{"loss": 9}\n\n{"step": 2, "loss": 2}\n{"loss": 1}\n')
    assert list(lines.reports()) == [{"step": 1, "loss": 3}, {"step": 2, "loss": 2}]
    assert lines.final == {"loss": 1}
    assert list(lines.reports()) == []


def test_no_file_is_no_result(file: Path) -> None:
    lines = ResultLines(file)
    assert list(lines.last_words()) == []
    assert lines.final is None


def test_a_half_written_line_waits_for_its_end(file: Path) -> None:
    lines = ResultLines(file)
    file.write_text('{"step": 1, "loss": 0.1')
    assert list(lines.reports()) == []
    with file.open("a") as more:
        more.write('25}\n{"loss"')
    assert list(lines.reports()) == [{"step": 1, "loss": 0.125}]


def test_at_the_end_a_last_line_counts_if_it_is_whole(file: Path) -> None:
    file.write_text('{"loss": 1}\n{"loss": 0.5}')
    lines = ResultLines(file)
    assert list(lines.last_words()) == []
    assert lines.final == {"loss": 0.5}
    file.write_text('{"loss": 1}\n{"loss": 0.')
    cut = ResultLines(file)
    assert list(cut.last_words()) == []
    assert cut.final == {"loss": 1}


def test_a_file_that_is_written_anew_is_read_anew(file: Path) -> None:
    lines = ResultLines(file)
    file.write_text('{"step": 1, "loss": 1}\n{"step": 2, "loss": 1}\n')
    assert len(list(lines.reports())) == 2
    file.write_text('{"loss": 7}\n')
    assert list(lines.reports()) == []
    assert lines.final == {"loss": 7}


@pytest.mark.parametrize("line", ["loss 0.5", "[1]", "3", "null", "{" * 100_000])
def test_a_line_that_is_no_object_is_refused(file: Path, line: str) -> None:
    file.write_text(f'{{"step": 1, "loss": 1}}\n{line}\n')
    message = r"result\.jsonl, line 2: expected a JSON object such as .* got"
    with pytest.raises(AttemptFailed, match=message) as raised:
        list(ResultLines(file).reports())
    assert raised.value.failure.kind == "bad_value"


def test_a_last_line_that_is_a_bare_number_is_refused(file: Path) -> None:
    file.write_text('{"step": 1, "loss": 1}\n0.25')
    with pytest.raises(AttemptFailed, match=r"line 2: expected a JSON object such as .* got '0.25'"):
        list(ResultLines(file).last_words())


def test_a_line_without_an_end_is_refused(file: Path) -> None:
    file.write_text("x" * (2**20 + 1))
    with pytest.raises(AttemptFailed, match=r"line 1: a line takes more than 1 MB"):
        list(ResultLines(file).reports())


def test_many_lines_are_read_in_pieces(file: Path) -> None:
    file.write_text("".join(f'{{"step": {i}, "loss": {i}, "more": "{"x" * 1000}"}}\n' for i in range(3000)))
    assert [line["step"] for line in ResultLines(file).reports()] == list(range(3000))


OUTPUTS: list[tuple[str, dict[str, Any] | None]] = [
    ('training\n{"loss": 0.5, "size": 3}\n\n', {"loss": 0.5, "size": 3}),
    ("loss=0.5\nepoch 2: loss = 2.5e-1, size=3\n", {"loss": 0.25, "size": 3.0}),
    ("val_loss=1 loss=2 train-loss=3 loss_sd=4\n", {"loss": 2.0}),
    ("LOSS=.5.\n", {"loss": 0.5}),
    ("loss=1.2.3\n", None),
    ("loss=high\n", None),
    ("100\n", None),
    ('{"accuracy": 1}\n', None),
    ("size=3\n", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "found"), OUTPUTS)
def test_the_last_line_as_json_goes_before_name_and_value(text: str, found: dict[str, Any] | None) -> None:
    assert from_output(text, ["loss"], ["size"]) == found


def test_what_json_lacks_can_be_written() -> None:
    assert from_output("loss=-inf\n", ["loss"], []) == {"loss": -math.inf}
    for text in ('{"loss": Infinity}', '{"loss": "inf"}', '{"loss": {"$": "inf"}}', '{"loss": 1e400}'):
        found = from_output(text, ["loss"], [])
        assert found is not None
        assert metrics_of(found) == {"loss": math.inf}
    found = from_output('{"loss": NaN, "note": "high"}', ["loss"], [])
    assert found is not None
    assert math.isnan(metrics_of(found)["loss"])
    assert metrics_of(found)["note"] == "high"
