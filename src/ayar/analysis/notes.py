"""What the samplers said: which of them proposed how many trials, and where they had to fall back."""

from collections import Counter
from dataclasses import dataclass

from ayar.trial.fold import Fold


@dataclass(frozen=True)
class Voices:
    """Trials by what proposed them, and fall-backs by reason."""

    proposed: tuple[tuple[str, int], ...]
    """(sampler and arm, trials), the most frequent first."""
    fallbacks: tuple[tuple[str, int], ...]
    """(reason, trials), the most frequent first."""
    noted: int
    """Trials with a note."""


def voices(fold: Fold) -> Voices:
    """The samplers' notes, counted."""
    proposed: Counter[str] = Counter()
    fallbacks: Counter[str] = Counter()
    for number in range(len(fold.history)):
        note = fold.history.note(number)
        if note:
            arm = note.get("arm")
            proposed[f"{note.get('sampler', 'unnamed')}{f' · {arm}' if arm else ''}"] += 1
        if note.get("fallback"):
            fallbacks[str(note["fallback"])] += 1
    return Voices(tuple(proposed.most_common()), tuple(fallbacks.most_common()), proposed.total())
