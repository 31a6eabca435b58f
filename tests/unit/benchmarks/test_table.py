"""The tables and the picture of a small set of results."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from benchmarks import table
from benchmarks.picture import critical_difference_picture, groups
from benchmarks.results import HEAD, write_scales

from unit.benchmarks.fakes import LINE


def write(folder: Path, name: str, *regrets: float, tail: str = "") -> None:
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{i},{10 * r},{10 * r},{10 * r},0.002,0.001" for i, r in enumerate(regrets, 1)]
    path.write_text("\n".join([HEAD, *rows]) + "\n" + tail)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    problems = [replace(LINE, name=name) for name in ("one", "two")]
    write_scales(tmp_path, problems)
    for problem in problems:
        folder = tmp_path / "tiny" / problem.name
        for seed in range(2):
            write(folder, f"ayar-auto-{seed}", *[0.5] * 9, 0.125, *[0.125] * 10)
            write(folder, f"random-{seed}", *[0.5] * 20)
        write(folder, "ayar-auto-0-p8", *[0.5] * 19, 0.25)
    write(tmp_path / "tiny" / "one", "optuna-gp-0", *[0.5] * 15, 0.0, tail="# failed: no answer to ask in 300 s\n")
    (tmp_path / "sample.json").write_text(json.dumps({"seed": 0, "count": 1, "problems": {"tiny": ["one"]}}))
    return tmp_path


@pytest.fixture
def printed(results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["table", str(results)])
    table.main()
    return capsys.readouterr().out


def test_quick_tuners_are_compared_on_all_problems_and_slow_ones_on_the_sample(printed: str) -> None:
    assert "## Real: all problems\n\n2 tuners, 2 problems, 2 to 2 seeds." in printed
    assert "## Real: sample for slow tuners\n\n3 tuners, 1 problems, 1 to 1 seeds." in printed
    assert "ran on 1 problems of each suite, drawn by seed 0 before any run: tiny: one." in printed


def test_regret_and_rank_are_told_with_intervals(printed: str) -> None:
    assert "| ayar-auto | 0.125 (0.125 – 0.125) | 0.125 (0.125 – 0.125) |" in printed
    assert "| random | 2.00, +1.00 (+1.00 – +1.00) | 2.00, +1.00 (+1.00 – +1.00) | 2/0/0 |" in printed


def test_suites_tell_the_ratio_to_the_best_other(printed: str) -> None:
    assert "| tuner | tiny (2) | mean over suites |" in printed
    assert "| ayar-auto / best other | 0.25 | 0.25 |" in printed
    assert "| random | 2.00 | 2.00 |" in printed


def test_the_time_to_a_level_is_told_in_trials_and_seconds(printed: str) -> None:
    assert "| ayar-auto | 100%, 10 trials, 0.03 s | 0% | 0% |" in printed


def test_noise_pending_overhead_and_failures_have_their_tables(printed: str) -> None:
    assert "2 noisy problems." in printed
    assert "| ayar-auto | 2 | 0.125 | 0.250 | 2.00 |" in printed
    assert "| random | 3 | 3 |" in printed
    assert "| optuna-gp | tiny/one | 0 | 16 | no answer to ask in 300 s |" in printed


def test_a_picture_stands_beside_the_results(results: Path, printed: str) -> None:
    assert "![Mean ranks after 20 trials: real, all problems](ranks-real-all-problems.svg)" in printed
    root = ET.parse(results / "ranks-real-all-problems.svg").getroot()
    words = [element.text for element in root.iter() if element.text]
    assert "ayar-auto  1.00" in words
    assert "random  2.00" in words


def test_bars_cover_what_lies_within_the_critical_difference() -> None:
    assert groups([1.0, 1.5, 2.2, 4.0, 4.1], 1.0) == [(0, 1), (1, 2), (3, 4)]
    assert groups([1.0, 3.0], 1.0) == []


def test_a_picture_of_one_name_with_odd_letters_is_whole() -> None:
    ET.fromstring(critical_difference_picture({"a<b": 1.0, "c&d": 2.0, "e": 3.0}, 0.5, "t"))
