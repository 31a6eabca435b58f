"""Sentences that several verbs share."""

import pytest

from ayar.cli.words import again


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("tune f.py", "ayar tune f.py --max-trials 80"),
        ("tune f.py --max-trials 40 --workers 2", "ayar tune f.py --workers 2 --max-trials 80"),
        ("tune f.py --max-trials=40 --workers=2", "ayar tune f.py --workers=2 --max-trials 80"),
    ],
)
def test_the_same_command_is_shown_with_its_option_replaced(
    monkeypatch: pytest.MonkeyPatch, typed: str, shown: str
) -> None:
    monkeypatch.setattr("sys.argv", ["ayar", *typed.split()])
    assert again("--max-trials", "80") == shown
    assert again() == f"ayar {typed}"
