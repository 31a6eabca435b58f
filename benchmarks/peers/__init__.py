"""The tuners that are compared: one script per library, run by the python of an environment of its own.

To add one: copy `optuna.py`, which speaks through `wire.py`, and add its lines below. `python -m benchmarks.peers
--install optuna,hebo` makes the environments, under `.bench/envs` or where AYAR_BENCH_ENVS says.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[2]
TORCH = "torch==2.13.0"
"""The build for processors; a range would pull gigabytes."""


@dataclass(frozen=True)
class Peer:
    """A tuner with its settings.

    `script` is the module in this folder and the environment's name. `recommends`: where the library's own
    recommendation counts rather than the best value observed; a peer's own only under noise, for which it was made.
    """

    script: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False
    """Over 0.3 s a proposal: run on a sample of the problems, in a fresh process each time."""
    recommends: Literal["never", "noisy", "always"] = "never"


REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "ayar": (),
    "optuna": (f"{TORCH} optuna==5.0.0 cmaes==0.13.1 scipy",),
    "rustuna": ("rustuna==0.2.0",),
    "hyperopt": ("hyperopt==0.3.0",),
    "nevergrad": ("nevergrad==1.0.12",),
    "skopt": ("scikit-optimize==0.10.2",),
    "bayesopt": ("bayesian-optimization==3.4.0",),
    "smac": ("smac==2.4.1",),
    "hebo": (
        # Its pins of NumPy and pymoo have no builds for this Python: the nearest that have, then HEBO without its pins.
        f"{TORCH} numpy<2 scipy<1.13 pandas scikit-learn gpytorch catboost disjoint-set GPy==1.13.2 pymoo==0.6.1.3",
        "--no-deps HEBO==0.3.6",
    ),
    "ax": (f"{TORCH} ax-platform==1.3.1",),
    "synetune": (f"{TORCH} botorch huggingface_hub syne-tune==0.16.0",),
    "openbox": ("openbox==0.9.0",),
    "range": (
        f"{TORCH} numpy pandas matplotlib scipy scikit-learn pyyaml requests pillow packaging tqdm rich mnist1d",
        "cloudpickle plum-dispatch python-fasthtml",
        # Without their pins: torchvision's builds are for other torches, and no rule here needs it.
        "--no-deps fastai==2.8.12 fastcore fastprogress fastdownload fasttransform torch-lr-finder==0.2.2",
        "--no-deps lightning==2.6.6 pytorch-lightning==2.6.6 lightning-utilities torchmetrics",
    ),
    "vizier": ("google-vizier[jax]==0.1.24", "equinox==0.13.8"),
}
"""Script -> what pip installs for it, one call after the other; nothing: the project's own environment."""

PEERS: dict[str, Peer] = {
    "random": Peer("ayar", {"sampler": "random"}),
    "ayar-auto": Peer("ayar", {"sampler": "auto"}, recommends="noisy"),
    "ayar-repeats": Peer("ayar", {"sampler": "auto", "repeats": "allow"}, recommends="noisy"),
    "ayar-gp": Peer("ayar", {"sampler": "gp"}, recommends="noisy"),
    "ayar-tpe": Peer("ayar", {"sampler": "tpe"}, recommends="noisy"),
    "ayar-cmaes": Peer("ayar", {"sampler": "cmaes"}, recommends="noisy"),
    "optuna-tpe": Peer("optuna", {"sampler": "tpe"}),
    "optuna-gp": Peer("optuna", {"sampler": "gp"}, slow=True),
    "optuna-cmaes": Peer("optuna", {"sampler": "cmaes"}),
    "optuna-auto": Peer("optuna", {"sampler": "auto"}, slow=True),
    "optuna-random": Peer("optuna", {"sampler": "random"}),
    "rustuna": Peer("rustuna"),
    "hyperopt": Peer("hyperopt"),
    "nevergrad": Peer("nevergrad", {"optimizer": "NGOpt"}, recommends="noisy"),
    "skopt": Peer("skopt", slow=True),
    "bayesopt": Peer("bayesopt", slow=True),
    "smac": Peer("smac", {"facade": "hpo"}),
    "smac-gp": Peer("smac", {"facade": "blackbox"}, slow=True),
    "hebo": Peer("hebo", slow=True),
    "ax": Peer("ax", slow=True, recommends="noisy"),
    "syne-cqr": Peer("synetune", {"searcher": "CQR"}, slow=True),
    "syne-botorch": Peer("synetune", {"searcher": "BOTorch"}, slow=True),
    "openbox": Peer("openbox", slow=True),
    "vizier": Peer("vizier", slow=True),
}


def environment(script: str) -> Path:
    """Folder of a script's virtual environment."""
    return Path(os.environ.get("AYAR_BENCH_ENVS") or ROOT / ".bench" / "envs").resolve() / script


def python_of(script: str) -> str:
    """The python that runs a script."""
    return str(environment(script) / "bin" / "python") if REQUIREMENTS[script] else sys.executable
