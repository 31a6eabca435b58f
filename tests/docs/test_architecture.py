"""The tables of docs/architecture.md name every file of the rooms that they describe, once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize("room", ["samplers", "numerics"])
def test_every_file_of_a_room_stands_in_its_table(room: str) -> None:
    table = PAGE.partition(f"| files of `{room}/` |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    files = {path.stem for path in (ROOT / "src" / "ayar" / room).glob("*.py")} - {"__init__", "base"}
    assert sorted(named) == sorted(files)
