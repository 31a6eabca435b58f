"""Sealed rows are out of reach, do not travel, and come out once."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest

from ayar.base.errors import ArgumentError, SealedTestSet
from ayar.evaluate.ledger import OPENING, Ledger
from ayar.evaluate.sealed_test import Sealed, seal

X = np.arange(200.0).reshape(100, 2)
Y = np.repeat(["a", "b"], 50)


def opened(data: Sealed, ledger: Any) -> Any:
    return data.open(ledger, number=0)


def test_development_and_sealed_rows_are_all_rows_and_none_twice(ledger: Ledger) -> None:
    data = seal(X, Y, test=0.2)
    rows = opened(data, ledger)
    assert sorted([*data.X[:, 0], *rows.X[:, 0]]) == sorted(X[:, 0])
    assert (data.n_development, data.n_test, len(rows.y)) == (80, 20, 20)


def test_labels_and_groups_stay_with_their_rows(ledger: Ledger) -> None:
    names = np.arange(100) // 4
    data = seal(X, np.arange(100), groups=names)
    rows = opened(data, ledger)
    for side in (data, rows):
        assert (side.X[:, 0] / 2 == side.y).all()
        assert (side.groups == side.y // 4).all()


def test_equal_data_and_seed_seal_equal_rows() -> None:
    one, other = seal(X, Y, seed=3), seal(X.copy(), Y.copy(), seed=3)
    assert (one.X == other.X).all()
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("change", [{"seed": 1}, {"test": 0.3}, {"split": "random"}])
def test_another_choice_of_rows_has_another_fingerprint(change: dict[str, Any]) -> None:
    assert seal(X, Y, **change).fingerprint != seal(X, Y).fingerprint


def test_a_sealed_row_that_changed_changes_the_fingerprint() -> None:
    changed = X.copy()
    changed[-1, -1] += 1
    assert seal(changed, Y).fingerprint != seal(X, Y).fingerprint


def test_tables_stay_tables(ledger: Ledger) -> None:
    table = pd.DataFrame(X, columns=["u", "v"], index=range(1000, 1100))
    data = seal(table, pd.Series(Y, index=table.index))
    assert isinstance(data.X, pd.DataFrame)
    assert isinstance(data.y, pd.Series)
    assert list(data.X.columns) == ["u", "v"]
    assert set(data.X.index) | set(opened(data, ledger).X.index) == set(table.index)


def test_lists_stay_lists() -> None:
    assert isinstance(seal([f"text {i}" for i in range(100)], list(Y)).X, list)


def public_values(data: object) -> Iterator[object]:
    for name in dir(data):
        if not name.startswith("_"):
            value = getattr(data, name)
            yield value
            yield getattr(value, "base", None)


def test_no_public_attribute_leads_to_a_sealed_row(ledger: Ledger) -> None:
    data = seal(X, np.arange(1000, 1100), test=0.2)
    rows = opened(data, ledger)
    secret = {*rows.X.ravel(), *rows.y}
    for value in public_values(data):
        if isinstance(value, np.ndarray):
            assert not secret & set(value.ravel())


@pytest.mark.parametrize(
    "travel",
    [lambda d: pickle.loads(pickle.dumps(d)), lambda d: cloudpickle.loads(cloudpickle.dumps(d)), copy.deepcopy],
)
def test_sealed_rows_do_not_travel(travel: Any, ledger: Ledger) -> None:
    data = travel(seal(X, Y))
    assert data.n_development == 80
    with pytest.raises(SealedTestSet, match=r"was pickled, as for a worker process.*the process that called seal\(\)"):
        opened(data, ledger)
    assert not ledger.records(OPENING)


def test_no_byte_of_a_sealed_row_is_pickled(ledger: Ledger) -> None:
    texts = [f"row-{i:03d}-text" for i in range(100)]
    data = seal(texts, Y)
    sent = cloudpickle.dumps(data)
    assert not [text for text in opened(data, ledger).X if text.encode() in sent]
    assert all(text.encode() in sent for text in data.X)


def test_another_process_seals_the_same_rows() -> None:
    code = (
        "import numpy as np; from ayar.evaluate.sealed_test import seal;"
        "print(seal(np.arange(200.0).reshape(100, 2), np.repeat(['a', 'b'], 50)).fingerprint)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == seal(X, Y).fingerprint


def test_the_second_opening_is_refused(ledger: Ledger) -> None:
    data = seal(X, Y)
    opened(data, ledger)
    with pytest.raises(SealedTestSet, match=r"opened once before"):
        opened(data, ledger)


def test_by_time_the_newest_rows_are_sealed(ledger: Ledger) -> None:
    days = np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]")[::-1]
    data = seal(X, np.arange(100.0), times=days, test=10)
    assert data.kind == "time"
    assert list(opened(data, ledger).y) == list(range(9, -1, -1))
    assert list(data.y) == list(range(99, 9, -1))


def test_the_words_for_it_tell_no_row() -> None:
    data = seal(X, Y)
    assert repr(data) == f"<Sealed 80 development rows, 20 sealed, stratified, {data.fingerprint}>"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"y": Y[:-1]}, r"as many rows in each of X, y, got X 100, y 99"),
        ({"groups": [1, 2]}, r"as many rows in each of X, y, groups, got X 100, y 100, groups 2"),
        ({"y": [*Y[:-1], None]}, r"y: expected a value for every row, got 1 missing of 100, the first in row 99"),
        ({"split": "startified"}, r"no split is called 'startified'; did you mean 'stratified'"),
        ({"split": "group"}, r"split='group' needs a group for every row"),
        ({"test": 0}, r"expected test= as a share between 0 and 1"),
        ({"X": 3}, r"X: expected rows"),
    ],
)
def test_data_that_cannot_be_sealed_is_refused_in_words(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        seal(**{"X": X, "y": Y, **arguments})
