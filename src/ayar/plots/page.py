r"""Cards as one HTML file that opens offline: text escaped, scripts allowed by their hash, nothing from elsewhere.

Everything a user can name (parameters, choices, messages, attributes) reaches the page through Jinja's autoescape, or
as JSON in a data block in which <, > and & are written as \u003c, \u003e, \u0026, so no text can end the block.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from ayar.analysis.words import number_text
from ayar.base.errors import MissingExtra
from ayar.plots.cards import Card, Picture

_FROM_TEXT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_SPECIAL = re.compile("[<>&\u2028\u2029]")
_SMALL = 300


@dataclass(frozen=True)
class Figure:
    """A picture on the page: drawn into the element `id`, or `trouble` says why not."""

    caption: str
    id: str = ""
    data: str = ""
    height: int = 0
    trouble: str = ""

    @property
    def half(self) -> bool:
        """Whether two or three of its kind stand side by side."""
        return 0 < self.height <= _SMALL


@dataclass(frozen=True)
class Head:
    """What stands above the cards."""

    name: str
    tiles: tuple[tuple[str, str], ...]
    moment: str
    made_from: str
    """What the page was made from, in words."""
    version: str


def page(head: Head, cards: Sequence[Card]) -> str:
    """The whole file."""
    import jinja2
    from markupsafe import Markup

    figures = {card.key: [_drawn(picture) for picture in card.pictures] for card in cards}
    missing = _missing_extra()
    if missing:
        figures = {card.key: [] for card in cards}
    drawings = {figure.id: Markup(figure.data) for row in figures.values() for figure in row if figure.id}  # noqa: S704
    plotly = _plotly_source() if drawings else ""
    script = _asset("report.js")
    # A line break at an end would make the text differ from the hashed one in no browser, but in some tools.
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["number"] = lambda value: number_text(value) if isinstance(value, float) else _plain(value)
    template = environment.from_string(_asset("report.html.jinja"))
    return template.render(
        name=head.name,
        tiles=head.tiles,
        moment=head.moment,
        made_from=head.made_from,
        version=head.version,
        cards=cards,
        figures=figures,
        drawings=drawings,
        no_pictures=missing,
        policy=_policy([text for text in (plotly, script) if text]),
        # Our own files and Plotly's, not text of a user.
        css=Markup(_asset("report.css")),  # noqa: S704
        js=Markup(script),  # noqa: S704
        plotly=Markup(plotly),  # noqa: S704
    )


def embeddable(json: str) -> str:
    r"""JSON text that cannot end the script element it stands in; the same value when parsed.

    >>> print(embeddable('["</script>"]'))
    ["\u003c/script\u003e"]
    """
    return _SPECIAL.sub(lambda found: _FROM_TEXT[found[0]], json)


def _plain(value: Any) -> str:
    return "–" if value is None else str(value)


def _asset(name: str) -> str:
    return files("ayar.plots").joinpath("templates", name).read_text(encoding="utf-8")


def _missing_extra() -> str:
    """What to say when there is no Plotly; "" when there is."""
    try:
        _plotly_source()
    except MissingExtra as error:
        return f"Tables only: for pictures, {error}"
    return ""


def _plotly_source() -> str:
    from ayar.base.optional import need

    source: str = need("plotly.offline", "plots").get_plotlyjs()
    return source


def _drawn(picture: Picture) -> Figure:
    try:
        drawn = picture.draw()
        data = embeddable(drawn.to_json())
    except MissingExtra:
        return Figure(picture.caption, trouble="needs the extra 'plots'")
    except Exception as error:  # one picture of an odd study must not cost the others
        return Figure(picture.caption, trouble=f"This picture could not be drawn: {type(error).__name__}: {error}")
    return Figure(picture.caption, f"plot-{picture.name}", data, int(drawn.layout.height))


def _policy(scripts: Sequence[str]) -> str:
    """Content security policy: these scripts and no other; styles of the page (Plotly writes some); no network."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
