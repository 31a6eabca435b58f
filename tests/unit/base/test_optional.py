"""Late imports of optional packages."""

import sys
from pathlib import Path

import pytest

from ayar.base.errors import MissingExtra
from ayar.base.optional import need


def test_a_package_that_is_there_is_returned() -> None:
    assert need("json.decoder", "any").__name__ == "json.decoder"


def test_a_missing_package_gets_the_install_line() -> None:
    with pytest.raises(MissingExtra, match=r'package \'not_there\' is needed.*pip install "ayar\[plots\]"'):
        need("not_there.sub", "plots")


def test_a_package_that_is_broken_says_so_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_guest.py").write_text("import not_installed_either")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match=r"not_installed_either") as caught:
        need("broken_guest", "plots")
    assert not isinstance(caught.value, MissingExtra)
