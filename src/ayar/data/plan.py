"""What has to be read again: a pure decision from what a pack knew and what the file system says now.

A file is the same if its size and both its times are. Times have steps (a hundredth of a second here, two seconds on
some file systems), so a file written again within one step of the last look may keep all three: whoever was written
less than `TICK` before that look is doubtful, and is told by its content. So is one that kept size and time of writing
but not the time of change, or kept its size and was merely touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ayar.data.manifest import BadFile, Manifest, PackedFile, Seen
from ayar.data.scan import Fact

TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT)."""


@dataclass(frozen=True)
class Plan:
    """What to do with each file."""

    same: tuple[Fact, ...] = ()
    """As the pack knows them."""
    doubtful: tuple[Fact, ...] = ()
    """To be told by their content."""
    other: tuple[Fact, ...] = ()
    """New or changed: to be read."""
    gone: int = 0
    """How many files of the pack are no longer there."""

    @property
    def is_current(self) -> bool:
        """Whether the pack holds these files as they are."""
        return not (self.doubtful or self.other or self.gone)


def plan(facts: Sequence[Fact], manifest: Manifest, seen: Seen, content: bool = False) -> Plan:
    """Compare files with a pack of the same reader.

    Arguments:
        facts: files as they are now.
        manifest: the pack's.
        seen: the last look that found them as in the manifest.
        content: doubt every file.
    """
    known = {fact.path: fact for fact in seen.facts}
    packed = entries(manifest)
    same, doubtful, other = [], [], []
    for fact in facts:
        before = known.get(fact.path)
        if before is None or fact.path not in packed or fact.size != before.size:
            other.append(fact)
        elif content or fact != before or max(fact.written, fact.changed) + TICK >= seen.at * 1000:
            doubtful.append(fact)
        else:
            same.append(fact)
    gone = len(packed.keys() - {fact.path for fact in facts})
    return Plan(tuple(same), tuple(doubtful), tuple(other), gone)


def settle(first: Plan, hashes: Mapping[str, str], manifest: Manifest) -> Plan:
    """The plan once the doubtful files' content is known, by path; those that could not be read are missing there."""
    packed = entries(manifest)
    same = [fact for fact in first.doubtful if hashes.get(fact.path) == packed[fact.path].hash]
    other = [fact for fact in first.doubtful if hashes.get(fact.path) != packed[fact.path].hash]
    return Plan((*first.same, *same), (), (*first.other, *other), first.gone)


def entries(manifest: Manifest) -> dict[str, PackedFile | BadFile]:
    """What the pack holds of each path."""
    packed: dict[str, PackedFile | BadFile] = {entry.fact.path: entry for entry in manifest.files}
    packed.update((entry.fact.path, entry) for entry in manifest.bad)
    return packed
