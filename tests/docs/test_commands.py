"""The study file of docs/commands.md is one, and its table of keys is whole."""

import sys
from pathlib import Path

from ayar.cli.study_file import KEYS, load_study_file

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()


def test_the_study_file_can_be_read(tmp_path: Path) -> None:
    text = PAGE.partition("```toml\n")[2].partition("```")[0]
    file = tmp_path / "study.toml"
    file.write_text(text.replace('"python"', f'"{sys.executable}"'))
    script = load_study_file(file)
    assert script.notes == ()
    assert script.settings["trial_timeout"] == 1800.0


def test_every_key_is_named() -> None:
    for key in KEYS:
        assert key.startswith("trial_") or f"`{key}`" in PAGE or f"`[{key}]`" in PAGE, key
