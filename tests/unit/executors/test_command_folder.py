"""Folders of attempts."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ayar.executors import command_folder
from ayar.executors.command_folder import AttemptFolder


def test_a_folder_is_called_like_trial_and_attempt_and_is_never_shared(tmp_path: Path) -> None:
    paths = [AttemptFolder(tmp_path, 7, attempt).path for attempt in (1, 2, 2, 0, 0)]
    names = [str(path.relative_to(tmp_path / "trial-0007")) for path in paths]
    assert names == ["attempt-1", "attempt-2", "attempt-2.2", "rerun", "rerun.2"]


def test_the_written_line_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = AttemptFolder(tmp_path, 0, 1)
    words = ["printf", "%s|", "a b", "$HOME;`id`", "it's"]
    folder.write({"opt": "a b", "n": 2**70}, words, tmp_path, {"AYAR_TRIAL": "0", "ODD": "x y"})
    line = (folder.path / "command.txt").read_text()
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "a b|$HOME;`id`|it's|"
    assert json.loads(folder.params.read_text()) == {"opt": "a b", "n": 2**70}


def test_logs_keep_their_end_and_lose_nothing_that_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_folder, "LOG_BYTES", 3 * 2**20)
    folder = AttemptFolder(tmp_path, 0, 1)
    log = folder.path / "stdout.log"
    out, err = folder.open_logs()
    for _ in range(8):
        os.write(out, b"x" * 2**20)
    folder.trim()
    assert log.stat().st_blocks * 512 <= 2 * 2**20
    assert log.stat().st_size == 8 * 2**20
    os.write(out, b"the end\n")
    os.write(err, b"words\n")
    os.close(out)
    os.close(err)
    folder.cut()
    text = log.read_text()
    assert text.startswith("[cut here: more than 3 MB were written, this is the end]\nxxx")
    assert text.endswith("xthe end\n")
    assert len(text) < 2**20 + 100
    assert folder.output().endswith("xthe end\nwords\n")
    assert len(folder.output()) == 65536
    assert folder.stderr() == "words\n"


def test_the_last_lines_are_at_most_twenty(tmp_path: Path) -> None:
    folder = AttemptFolder(tmp_path, 0, 1)
    assert folder.last_lines() == "(nothing was printed)"
    (folder.path / "stdout.log").write_text("".join(f"{i}\n" for i in range(100)))
    assert folder.last_lines().split() == [str(i) for i in range(80, 100)]
