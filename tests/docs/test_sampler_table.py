"""The README's table of samplers names each one, and claims for it what its `Capabilities` claim."""

import re
from pathlib import Path

from ayar.samplers import SAMPLERS

README = (Path(__file__).parents[2] / "README.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
WORDS = {"several_goals": "several goals", "result_constraints": "limits on results"}


def test_every_sampler_is_listed_with_what_it_handles() -> None:
    assert {name: set(handled.split(", ")) for name, handled in ROW.findall(README)} == {
        name: {words for claim, words in WORDS.items() if getattr(SAMPLERS.get_class(name).capabilities, claim)}
        for name in SAMPLERS
    }
