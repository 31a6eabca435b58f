"""PyTorch as a guest; needs the extra `torch`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ayar.integrations.torch.run import TorchRun
    from ayar.integrations.torch.scheduler import ScheduleLR
    from ayar.integrations.torch.task import TorchTask
    from ayar.integrations.torch.together import TrialOfAllRanks

_HOMES = {
    "ScheduleLR": "ayar.integrations.torch.scheduler",
    "TorchRun": "ayar.integrations.torch.run",
    "TorchTask": "ayar.integrations.torch.task",
    "TrialOfAllRanks": "ayar.integrations.torch.together",
}

__all__ = ["ScheduleLR", "TorchRun", "TorchTask", "TrialOfAllRanks"]


def __getattr__(name: str) -> Any:
    """Load a public name from its file when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
