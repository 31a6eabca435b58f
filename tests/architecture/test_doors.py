"""Holds `docs/architecture.md`: upward there are only named doors."""

from ayar.base.registry import DOORS, load


def test_the_named_doors_are_these_and_each_opens() -> None:
    assert set(DOORS) == {"batch_size", "clues", "range_test", "report", "schedule", "study_html", "trial_html"}
    assert all(callable(load(target)) for target in DOORS.values())
