"""The README's table of samplers claims what their `Capabilities` claim."""

import re
from pathlib import Path

from ayar.samplers import SAMPLERS

README = (Path(__file__).parents[2] / "README.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
WORDS = {"several_goals": "several goals", "result_constraints": "limits on results"}


def test_a_listed_sampler_handles_what_is_said_and_no_more() -> None:
    rows = ROW.findall(README)
    assert rows, "no table of samplers in the README"
    for name, handled in rows:
        claims = SAMPLERS.get_class(name).capabilities
        assert set(handled.split(", ")) == {words for claim, words in WORDS.items() if getattr(claims, claim)}, name
