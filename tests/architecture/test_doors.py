"""Holds `docs/architecture.md`: upward there are only named doors."""

from ayar.base.registry import DOORS, load


def test_the_named_doors_are_these_and_each_opens() -> None:
    assert set(DOORS) == {
        "arms",
        "batch_size",
        "clues",
        "paired_runs",
        "range_test",
        "recipe_page",
        "report",
        "schedule",
        "study_html",
        "trial_html",
    }
    assert all(callable(load(target)) for target in DOORS.values())
