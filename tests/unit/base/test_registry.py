"""Tables of names."""

from pathlib import Path

import pytest

from ayar.base.errors import UnknownName
from ayar.base.registry import DOORS, Registry, load


@pytest.fixture
def table() -> Registry:
    return Registry("colour", "colours", {"red": "fractions:Fraction", "green": "decimal:Decimal"})


def test_a_name_is_imported_when_it_is_looked_up(table: Registry) -> None:
    assert table.get_class("red").__name__ == "Fraction"


def test_a_table_is_a_mapping_of_names(table: Registry) -> None:
    assert dict(table) == {"red": "fractions:Fraction", "green": "decimal:Decimal"}
    assert len(table) == 2
    assert "red" in table


def test_an_unknown_name_gets_the_nearest(table: Registry) -> None:
    with pytest.raises(UnknownName, match=r"no colour is called 'gren'; did you mean 'green'\?"):
        table.get_class("gren")


def test_outside_packages_add_names_by_entry_point(
    table: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "paint-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: paint\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[ayar.colours]\nblue = string:Template\nred = string:Formatter\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert table.get_class("blue").__name__ == "Template"
    assert sorted(table) == ["blue", "green", "red"]
    assert table.get_class("red").__name__ == "Fraction", "our own names cannot be taken over"


def test_a_target_is_module_and_attribute() -> None:
    assert load("math:pi") == pytest.approx(3.14159, abs=1e-5)


def test_doors_are_targets_of_higher_floors() -> None:
    assert all(target.startswith("ayar.plots.") for target in DOORS.values())
