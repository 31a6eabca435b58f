"""A sealed set opens once; the ledger says so, also to other processes and after a restart."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ayar.base.errors import ArgumentError, SealedTestSet, StudyChanged
from ayar.evaluate.ledger import OPENING, SPLIT, Ledger, freeze, open_once


def test_the_intent_is_written_before_anything_is_handed_out(ledger: Ledger) -> None:
    opening = open_once(ledger, "abc", 7, None)
    [written] = ledger.records(OPENING)
    assert (written["id"], written["fingerprint"], written["number"]) == (opening.id, "abc", 7)
    assert (opening.count, opening.reason) == (1, None)


def test_a_second_opening_is_refused_in_words_and_leaves_no_trace(ledger: Ledger) -> None:
    open_once(ledger, "abc", 7, None)
    words = r'opened once before, last at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC for trial 7; .* pass reason="why"'
    with pytest.raises(SealedTestSet, match=words):
        open_once(ledger, "abc", 9, None)
    assert len(ledger.records(OPENING)) == 1


def test_a_second_opening_with_a_reason_carries_its_count(ledger: Ledger) -> None:
    open_once(ledger, "abc", 7, None)
    assert open_once(ledger, "abc", 7, "a reviewer asked").count == 2
    assert open_once(ledger, "abc", 7, "another reviewer").count == 3
    with pytest.raises(SealedTestSet, match=r"opened 3 times before"):
        open_once(ledger, "abc", 7, None)


def test_an_opening_counts_after_a_restart(ledger: Any) -> None:
    open_once(ledger, "abc", 7, None)
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        open_once(type(ledger)(ledger.saved), "abc", 7, None)


@pytest.mark.parametrize("reason", ["", "  ", 3, True])
def test_a_reason_that_says_nothing_is_refused_in_words(ledger: Ledger, reason: Any) -> None:
    with pytest.raises(ArgumentError, match=r"reason: expected words that say why, got "):
        open_once(ledger, "abc", 7, reason)
    assert not ledger.records(OPENING)


class Racing:
    """A ledger to which another process writes its own intent just before ours."""

    def __init__(self, inner: Ledger, rival: Callable[[Ledger], object]) -> None:
        self.inner = inner
        self.rivals = [rival]

    def record(self, topic: str, data: Mapping[str, Any]) -> None:
        if self.rivals:
            self.rivals.pop()(self.inner)
        self.inner.record(topic, data)

    def records(self, topic: str) -> Sequence[Mapping[str, Any]]:
        return self.inner.records(topic)


def test_of_two_openings_at_once_the_later_is_refused(ledger: Ledger) -> None:
    with pytest.raises(SealedTestSet, match=r"opened once before, .* for trial 3"):
        open_once(Racing(ledger, lambda inner: open_once(inner, "abc", 3, None)), "abc", 7, None)


def test_a_refused_intent_is_not_counted(ledger: Ledger) -> None:
    with pytest.raises(SealedTestSet):
        open_once(Racing(ledger, lambda inner: open_once(inner, "abc", 3, None)), "abc", 7, None)
    assert len(ledger.records(OPENING)) == 2
    assert open_once(ledger, "abc", 7, "a reviewer asked").count == 2


def test_facts_are_frozen_once(ledger: Ledger) -> None:
    freeze(ledger, {"rows": 80, "metric": "accuracy"})
    freeze(ledger, {"rows": 80, "metric": "accuracy"})
    assert ledger.records(SPLIT) == [{"rows": 80, "metric": "accuracy"}]


def test_other_facts_are_refused_with_a_difference(ledger: Ledger) -> None:
    freeze(ledger, {"rows": 80, "metric": "accuracy"})
    words = re.escape("expected the data, folds and metric that this study began with, got others:\n  rows: 80 -> 81\n")
    with pytest.raises(StudyChanged, match=words):
        freeze(ledger, {"rows": 81, "metric": "accuracy"})


def test_of_two_processes_that_begin_at_once_the_first_decides(ledger: Ledger) -> None:
    with pytest.raises(StudyChanged, match=r"rows: 81 -> 80"):
        freeze(Racing(ledger, lambda inner: freeze(inner, {"rows": 81})), {"rows": 80})
