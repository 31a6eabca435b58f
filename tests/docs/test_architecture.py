"""The tables of docs/architecture.md name files that exist, each once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


@pytest.mark.parametrize("room", ["samplers", "numerics"])
def test_a_table_of_files_names_none_that_is_gone(room: str) -> None:
    table = PAGE.partition(f"| files of `{room}/` |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    files = {path.stem for path in (ROOT / "src" / "ayar" / room).glob("*.py")}
    assert named, f"no table of the files of {room}"
    assert len(set(named)) == len(named)
    assert set(named) <= files
