"""What a worker records about where it runs."""

import os

import pytest

import ayar
from ayar.study.environment import environment, versions


def test_versions_of_what_decides_proposals_are_recorded() -> None:
    assert versions()["ayar"] == ayar.__version__
    assert {"python", "numpy", "scipy"} <= set(versions())


def test_nothing_of_the_environment_s_variables_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AYAR_SECRET", "do-not-store-me")
    found = environment("inline", 1)
    assert "do-not-store-me" not in str(found)
    assert found["pid"] == os.getpid()
