"""Everything works on one machine without a network, an account or a server."""

import subprocess
import sys
from pathlib import Path

import pytest

OFFLINE = """
import socket


def refuse(*arguments, **options):
    raise AssertionError("something wants the network")


socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse

import ayar

study = ayar.minimize(
    lambda trial: (trial["x"] - 0.3) ** 2, {"x": (0.0, 1.0)}, max_trials=12, workers=2, storage="sqlite:///study.db"
)
study.report("report.html")
print(study.stopped, study.to_frame().shape[0])
"""


@pytest.mark.parity("G12")
def test_a_whole_study_with_processes_store_and_report_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(OFFLINE)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.split() == ["budget", "12"], done.stdout + done.stderr
    page = (tmp_path / "report.html").read_text()
    assert "http://" not in page.partition("<script")[0]
