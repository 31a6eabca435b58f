"""Cards: what they say, and what becomes of one that cannot be made."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import ayar
from ayar.plots.cards import Card, Column, Picture, Table, cards_to_json
from ayar.plots.contents import guarded, report_cards
from ayar.plots.page import Head, page
from ayar.plots.part_again import argv_text, python_text
from ayar.plots.tables import MOST_ROWS
from ayar.space.domains import Categorical, Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from unit.plots import studies

HEAD = Head("s", (), "now", "1", "0")


def card(key: str, fold: object = None) -> Card:
    return next(found for found in report_cards(fold or studies.conditional()) if found.key == key)  # type: ignore[arg-type]


def broken() -> Card:
    raise ZeroDivisionError("by hand")


def test_a_card_that_raises_becomes_a_card_that_says_why() -> None:
    found = guarded(broken)
    assert (found.level, found.sentence) == ("error", "This card could not be made: ZeroDivisionError: by hand")


def test_a_picture_that_raises_leaves_the_others() -> None:
    def boom() -> object:
        raise ValueError("no ink")

    text = page(HEAD, [Card("Fine.", title="T", key="t", pictures=(Picture("p", "caption", boom),))])
    assert "This picture could not be drawn: ValueError: no ink" in text


def test_what_failed_is_told_by_kind_with_an_example() -> None:
    found = card("failed")
    assert found.level == "warning"
    assert found.table is not None
    assert found.table.rows[0][1:4] == ("exception", "ValueError: no luck", "svm.py:3")


def test_what_was_asked_names_goal_space_and_budget() -> None:
    found = card("asked", fold_of({"x": (0.0, 1.0)}, [], max_trials=50, max_seconds=90.0))
    assert found.sentence == "Minimize value over 1 parameter: 1 float."
    assert dict(found.facts)["Budget"] == "50 trials or 1.5 min"


def test_fall_backs_are_told_with_their_reason() -> None:
    note = {"sampler": "gp", "fallback": "too few trials"}
    found = card("went", fold_of({"x": (0.0, 1.0)}, [Told({"x": 0.5}, 1.0, note=note)]))
    assert found.level == "warning"
    assert "Fell back in 1 trial: too few trials." in found.text


def test_a_test_set_opened_twice_marks_the_score() -> None:
    record = {"number": 0, "metric": "m", "score": 1.0, "reason": "a bug"}
    fold = fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)], records=[("evaluate.seal_opened", record)] * 2)
    found = card("winner", fold)
    assert found.level == "error"
    assert any("opened 2 times, so its score is no longer honest. Last reason: a bug." in line for line in found.text)


def test_a_large_table_keeps_the_best_and_the_latest_and_says_so() -> None:
    table = card("trials", studies.large(2_000)).table
    assert table is not None
    assert len(table.rows) == MOST_ROWS
    assert "500 of 2,000 trials" in table.note
    history = studies.large(2_000).history
    assert int(history.values[:, 0].argmin()) in [row[0] for row in table.rows]


def test_a_labelled_choice_cannot_be_written_by_us_and_says_so() -> None:
    space = Space({"act": Categorical({"soft": abs}), "x": Float(0.0, 1.0)})
    fold = fold_of(space, [({"act": abs, "x": 0.1}, 1.0)])
    trial = fold.history.trial(0)
    assert python_text(fold, trial) == "params = {\n    'act': ...,  # the choice 'soft'\n    'x': 0.1,\n}"
    assert argv_text(fold, trial) == "--act=soft --x=0.1"


def test_a_labelled_plain_value_is_written_as_it_is() -> None:
    fold = fold_of(Space({"n": Categorical({"few": 2, "many": 64})}), [({"n": 2}, 1.0)])
    assert python_text(fold, fold.history.trial(0)) == "params = {\n    'n': 2,\n}"


def test_the_winner_of_several_goals_is_the_first_of_the_front_as_it_is_shown() -> None:
    goals = {"loss": "minimize", "size": "minimize"}
    fold = fold_of({"x": (0.0, 1.0)}, [({"x": 0.1}, (2.0, 1.0)), ({"x": 0.2}, (1.0, 2.0))], goals=goals)
    shown = card("winner", fold).table
    assert shown is not None
    assert shown.rows[0][0] == 1
    assert card("again", fold).sentence == "The first trial of the front, trial 1, to copy."


@pytest.mark.parametrize("goals", [{"loss": "minimize"}, {"loss": "minimize", "size": "minimize"}])
def test_the_lines_that_load_the_study_run_with_one_goal_and_with_several(
    goals: dict[str, str], tmp_path: Path
) -> None:
    address = f"sqlite:///{tmp_path / 'a.db'}"
    with closing(ayar.create_study({"x": (0.0, 1.0)}, goals=goals, storage=address, name="two", seed=0)) as study:
        study.tell(study.ask(), dict.fromkeys(goals, 1.0))
        cards = report_cards(study.fold, storage=address)
    [load] = [code.text for code in cards[-1].codes if code.label == "Load the study"]
    before, _, last = load.rpartition("\n")
    names: dict[str, Any] = {}
    exec(before, names)
    found = eval(last, names)
    names["study"].close()
    assert set(found[0] if len(goals) > 1 else found) == {"x"}


def test_arguments_are_quoted_for_a_shell() -> None:
    space = Space({"k": Categorical(["$(rm -rf /); 'x'"])})
    fold = fold_of(space, [({"k": "$(rm -rf /); 'x'"}, 1.0)])
    assert argv_text(fold, fold.history.trial(0)) == """'--k=$(rm -rf /); '"'"'x'"'"''"""


def test_cards_as_json_name_their_pictures() -> None:
    found = cards_to_json(report_cards(studies.conditional()))
    mattered = next(item for item in found if item["key"] == "mattered")
    assert [picture["name"] for picture in mattered["pictures"]][:2] == ["importance-1", "slice-1"]


def test_cells_are_counted() -> None:
    with pytest.raises(ValueError, match=r"expected 1 cells a row, got 2: \('x', 'y'\)"):
        Table((Column("a"),), [("x", "y")])
