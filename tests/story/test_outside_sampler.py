"""A package from outside registers a sampler by entry point and inherits the contract suite; nothing here changes."""

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLER = '''
"""The last free corner first: a sampler from outside."""
from dataclasses import dataclass
from typing import ClassVar

from ayar.samplers.base import Capabilities, Proposal, Sampler
from ayar.samplers.random_search import RandomSearch


@dataclass(frozen=True)
class Outsider(Sampler):
    """Random search under another name."""

    capabilities: ClassVar = Capabilities(several_goals=True)

    def propose(self, setup, history, rng, count):
        """As random search."""
        drawn = RandomSearch().propose(setup, history, rng, count)
        return [Proposal(proposal.params, {"sampler": "outsider", "why": "from outside"}) for proposal in drawn]
'''
SUITE = """
import pytest
from ayar.testing.sampler_suite import SamplerSuite
from outsider import Outsider


class TestOutsider(SamplerSuite):
    @pytest.fixture
    def sampler(self):
        return Outsider()
"""
USE = """
import ayar
from ayar.samplers import SAMPLERS
from outsider import Outsider

assert "outsider" in SAMPLERS and "outsider" in list(SAMPLERS)
for sampler in ("outsider", Outsider()):
    study = ayar.minimize(lambda trial: trial["x"], {"x": (0.0, 1.0)}, sampler=sampler, max_trials=3, seed=0)
    assert {trial.note["sampler"] for trial in study.trials} == {"outsider"}
print("chosen by name and by object")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder that holds an installed package with an entry point, as pip would leave it."""
    (tmp_path / "outsider.py").write_text(SAMPLER)
    info = tmp_path / "outsider-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ayar.samplers]\noutsider = outsider:Outsider\n")
    (tmp_path / "test_outsider.py").write_text(SUITE)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_chosen_by_its_name_and_by_its_object(package: Path) -> None:
    assert "chosen by name and by object" in run(package, "-c", USE)


@pytest.mark.slow
def test_it_inherits_the_contract_suite(package: Path) -> None:
    told = run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestUnknownMarkWarning")
    assert "passed" in told
