"""What the disciplined recipe found: a schedule and settings, why, what it cost, and a space for the search after it.

Nothing in it is promised beyond what was measured: where the default arm was as good, it says so.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ayar.base.registry import door
from ayar.space.narrowed import Narrowed
from ayar.space.space import Space
from ayar.training.arms import Comparison
from ayar.training.base import Settings
from ayar.training.sanity import Sanity
from ayar.training.schedule import Schedule
from ayar.training.spend import Spend
from ayar.training.to_space import Known, to_space


@dataclass(frozen=True)
class Reason:
    """One step of the recipe in plain words: what was found, and by which numbers."""

    stage: str
    sentence: str


@dataclass(frozen=True)
class Recipe:
    """The result of `disciplined`.

    `schedule` is for the full training of `epochs` epochs at `batch_size`; with `settings` (`lr` is the schedule's
    highest rate) it is the arm that the confirmation found best. `probes` has the result of each stage by its name:
    "batch size", "learning rate", "momentum", "weight decay", where it was done.
    """

    task: str
    epochs: int
    seed: int
    batch_size: int
    schedule: Schedule
    settings: Settings
    default: Settings
    winner: str
    """Name of the best arm; "recipe" also where nothing was confirmed."""
    verdict: str
    """What was gained over the defaults, in a sentence."""
    sanity: Sanity
    probes: Mapping[str, Any]
    confirmation: Comparison | None
    spend: Spend
    reasons: tuple[Reason, ...]
    clues: tuple[Mapping[str, Any], ...]
    """What the first epochs of the best arm looked like; a row a clue."""
    known: Known
    """What the search may build on, see `to_space`."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row a setting: setting, default, found."""
        momentum = getattr(self.schedule, "momentum", None)
        return [
            {"setting": "learning rate", "default": self.default.lr, "found": self.settings.lr},
            {"setting": "momentum", "default": self.default.momentum, "found": momentum or self.settings.momentum},
            {"setting": "weight decay", "default": self.default.weight_decay, "found": self.settings.weight_decay},
        ]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "task": self.task,
            "epochs": self.epochs,
            "seed": self.seed,
            "batch_size": self.batch_size,
            "schedule": self.schedule.to_dict(),
            "settings": asdict(self.settings),
            "default": asdict(self.default),
            "winner": self.winner,
            "verdict": self.verdict,
            "sanity": self.sanity.to_dict(),
            "probes": {name: probe.to_dict() for name, probe in self.probes.items()},
            "confirmation": None if self.confirmation is None else self.confirmation.to_dict(),
            "spend": self.spend.to_dict(),
            "reasons": [asdict(reason) for reason in self.reasons],
            "clues": [dict(clue) for clue in self.clues],
            "known": asdict(self.known),
        }

    def explain(self) -> str:
        """The page of reasons as text: what to use, what was gained, why, and what it cost."""
        parts = [self.verdict, f"Use: {self.schedule.explain()} {self._others()}".rstrip()]
        parts += [f"{reason.stage}: {reason.sentence}" for reason in self.reasons]
        parts += [f"first epochs, {clue['name']}: {clue['why']}. Next: {clue['advice']}." for clue in self.clues]
        return "\n".join([*parts, self.spend.explain()])

    def _others(self) -> str:
        return f"Weight decay {self.settings.weight_decay:.4g}, batch size {self.batch_size}."

    def to_space(
        self,
        space: Space | Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        widen: bool = False,
        fix_batch: bool = False,
    ) -> Narrowed:
        """The space of a search after this, narrowed about what was found; `ayar.minimize` takes it as its space.

        Arguments and errors as for `ayar.training.to_space`.
        """
        return to_space(self.known, space, names=names, widen=widen, fix_batch=fix_batch)

    def plot(self) -> Any:
        """The arms' training losses, as a Plotly figure; needs the extra `plots`."""
        return door("arms")([] if self.confirmation is None else self.confirmation.curves)

    def write(self, path: str | Path) -> Path:
        """Write the page of reasons with all pictures as one HTML file (.html), or as .md, .txt, .json."""
        written: Path = door("recipe_page")(self, path)
        return written
