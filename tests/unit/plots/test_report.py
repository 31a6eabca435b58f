"""The report as a file: complete, offline, escaped; in every format."""

import json
import re
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.plots.report import html_report, json_report, markdown_report, text_report, write_report
from ayar.space.domains import Categorical, Float
from ayar.space.draw import draw
from ayar.space.space import Space
from ayar.testing.changes import CHANGES, changed_fold
from ayar.testing.folds import Told, fold_of
from ayar.trial.best import best_number
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State
from unit.plots import studies
from unit.plots.page_reader import PageReader

KEYS = ["asked", "winner", "mattered", "went", "failed", "health", "trials", "again"]
ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!--<script>",
    "<svg/onload=alert(1)>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "\u2028alert(1)",
    "<style>*{display:none}</style>",
    "&lt;script&gt;",
)


@pytest.fixture(scope="module")
def page() -> str:
    return html_report(studies.conditional(), "sqlite:///svm.db")


def hostile(attack: str) -> Fold:
    """A study with the attack in every text that a user can write."""
    space = Space({attack: Float(0.0, 1.0), "kind": Categorical([attack, "plain", f"{attack}2"])})
    failure = Failure("exception", attack, type=attack, where=attack, traceback=attack, stderr=attack)
    trials = [
        Told({attack: i / 12, "kind": attack}, float(i), note={"sampler": attack}, attrs={attack: attack})
        for i in range(10)
    ]
    trials += [Told({attack: 0.99, "kind": "plain"}, state=State.FAILED, failure=failure)]
    trials += [Told({attack: 0.95, "kind": "plain"}, 3.0, note={"sampler": "gp", "fallback": attack})] * 3
    record = {"number": 0, "metric": attack, "score": 1.0, "reason": attack, "gap": 0.1, "cv_score": 0.9}
    records = [("evaluate.split", {"metric": attack}), ("evaluate.seal_opened", record)]
    return fold_of(space, trials, goals={attack: "minimize"}, name=attack, records=records)


def test_the_page_is_balanced_html(page: str) -> None:
    assert PageReader(page).faults == []


def test_the_page_loads_nothing_from_elsewhere(page: str) -> None:
    reader = PageReader(page)
    assert reader.outside() == []
    css = "".join(text for tag, text in reader.texts if tag == "style")
    assert "url(" not in css
    assert "@import" not in css


def test_the_pages_policy_allows_its_own_scripts_by_hash_and_no_other(page: str) -> None:
    policy = next(meta["content"] for meta in PageReader(page).all("meta") if "http-equiv" in meta) or ""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts}
    assert len(scripts) == 2
    assert hashes == set(re.findall(r"'sha256-[^']+'", policy))
    assert "default-src 'none'" in policy


def test_every_part_is_there_and_can_be_reached_from_the_top(page: str) -> None:
    reader = PageReader(page)
    assert [section["id"] for section in reader.all("section")] == KEYS
    assert [link["href"] for link in reader.all("a")][1:] == [f"#{key}" for key in KEYS]


def test_every_picture_has_a_place_and_a_name(page: str) -> None:
    reader = PageReader(page)
    blocks = {script["data-plot"] for script in reader.all("script") if "data-plot" in script}
    places = {div["id"]: div["aria-label"] for div in reader.all("div") if div.get("class") == "plot"}
    assert blocks == set(places)
    assert len(blocks) >= 6
    assert all(places.values())


def test_pictures_are_json_that_parses(page: str) -> None:
    blocks = re.findall(r'<script type="application/json" data-plot="[\w-]+">(.*?)</script>', page, re.DOTALL)
    assert all(json.loads(block)["data"] for block in blocks)


def test_the_page_says_score_interval_test_score_and_gap(page: str) -> None:
    text = PageReader(page).text()
    assert "in 3-fold cross-validation; 0.9 (0.88 to 0.92) on the sealed test set, gap -0.03." in text
    assert "0.93 (0.9 to 0.95)" in text


def test_tables_are_reachable_by_keyboard(page: str) -> None:
    reader = PageReader(page)
    regions = [div for div in reader.all("div") if div.get("class") == "scroll"]
    assert regions
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)
    assert len(reader.all("button")) == len(reader.all("th"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_user_becomes_markup(attack: str) -> None:
    page = html_report(hostile(attack))
    reader = PageReader(page)
    assert reader.faults == []
    assert reader.outside() == []
    assert len(re.findall(r"<script>", page)) == 2
    assert {tag for tag, _ in reader.tags}.isdisjoint({"img", "svg", "iframe", "object"})
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
    assert "49" not in next(text for tag, text in reader.texts if tag == "h1")


@pytest.mark.parametrize("kind", studies.STUDIES)
@pytest.mark.parametrize("render", [html_report, json_report, markdown_report, text_report])
def test_every_kind_of_study_has_a_report_without_broken_cards(kind: str, render: object) -> None:
    assert callable(render)
    text = render(studies.STUDIES[kind]())
    assert "could not be made" not in text
    assert "could not be drawn" not in text


def test_a_very_large_study_has_a_report_of_reasonable_size() -> None:
    assert len(html_report(studies.large())) < 12_000_000


def test_an_empty_study_says_that_there_is_no_winner() -> None:
    assert "No winner yet: expected a complete trial, got none" in text_report(studies.empty())


def test_several_goals_show_the_front_instead_of_a_winner() -> None:
    text = text_report(studies.several())
    assert "that no other beats in every goal (loss and size)" in text


def test_one_log_gives_one_file() -> None:
    assert html_report(studies.conditional()) == html_report(studies.conditional())


def test_json_holds_every_card_with_its_table() -> None:
    cards = json.loads(json_report(studies.conditional()))["cards"]
    assert [card["key"] for card in cards] == KEYS
    trials = next(card["table"] for card in cards if card["key"] == "trials")
    assert trials["columns"] == ["trial", "state", "accuracy", "C", "kernel", "gamma", "degree", "scale", "seconds"]
    assert len(trials["rows"]) == 40


def test_markdown_cannot_be_broken_by_text_of_a_user() -> None:
    text = markdown_report(hostile("| a | <b> `x` [l](http://evil.test)"))
    assert "<b>" not in "".join(line for line in text.splitlines(keepends=True) if not line.startswith("    "))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == len(re.findall(r"(?<!\\)\|", rows[-1])) for row in rows[-5:])


def test_plain_text_holds_no_control_codes() -> None:
    text = text_report(hostile("\x1b[2Jgone\x07"))
    assert all(sign.isprintable() or sign == "\n" for sign in text)


def test_the_commands_at_the_end_run_the_winner_again() -> None:
    text = text_report(studies.conditional(), "sqlite:///svm.db")
    history = studies.conditional().history
    winner = history.trial(best_number(history))
    assert f"'C': {winner['C']!r}," in text
    assert f"--C={winner['C']!r}" in text
    assert "ayar.load_study('sqlite:///svm.db', 'svm')" in text


def test_without_plotly_tables_stay_and_the_page_says_what_adds_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "plotly"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "plotly", None)
    reader = PageReader(html_report(studies.conditional()))
    assert 'pip install "ayar[plots]"' in reader.text()
    assert len(reader.all("table")) == 3
    assert not [script for script in reader.all("script") if "data-plot" in script]


def test_the_ending_says_the_format(tmp_path: Path) -> None:
    for ending in (".html", ".md", ".json", ".txt"):
        assert write_report(studies.single(), tmp_path / f"r{ending}").stat().st_size > 500


def test_an_unknown_ending_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"expected a file ending in \.html, \.md, \.json, \.txt, got '.*\.pdf'"):
        write_report(studies.single(), tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_markdown_says_nothing_of_what_only_a_page_has() -> None:
    text = markdown_report(studies.conditional())
    assert "sorts by" not in text
    assert "one dot a trial" not in text
    assert "one dot a trial" in html_report(studies.conditional())


def test_comparisons_stay_readable_in_markdown() -> None:
    fold = fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)], constraints=["latency <= 10"])
    assert "latency <= 10" in markdown_report(fold)


@pytest.mark.parametrize("name", ["narrower", "choices come and go", "retired at a value", "everything at once"])
def test_a_study_whose_space_changed_has_a_report_without_broken_cards(name: str) -> None:
    change = CHANGES[name]
    before = [(point, float(i)) for i, point in enumerate(_points(change.before, 12))]
    after = [Told(point, 20.0 - i) for i, point in enumerate(_points(change.after, 6))]
    fold = changed_fold(change, before, after)
    page = html_report(fold, "")
    assert "could not be made" not in page
    aside = int((~fold.history.inside).sum())
    assert (f"{aside} outside the space as it is now" in page) == (aside > 0)
    assert best_number(fold.history) in np.flatnonzero(fold.history.inside)
    json_report(fold, "")
    markdown_report(fold, "")


def _points(space: Space, count: int) -> list[dict[str, object]]:
    uniforms = stream(0, count, "test").random
    X, A = draw(space, lambda m: uniforms((m, len(space.codec.names))), count)
    return space.codec.decode(X, A)
