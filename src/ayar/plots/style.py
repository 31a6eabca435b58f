"""What all pictures share: colours, layout, and the one way for text to enter a figure.

Colours after Okabe and Ito 2008 (safe for colour blindness), chosen to stand out on white and on near-black alike.
"""

import re
from typing import Any

from ayar.base.optional import need

MAIN = "#1f86c7"
BEST = "#d55e00"
QUIET = "#8b9099"
GOOD = "#009e73"
SERIES = (MAIN, BEST, GOOD, "#cc79a7", "#e69f00", "#56b4e9")
INK = "#6f757e"
GRID = "rgba(128,128,128,0.22)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_LONGEST = 28
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def graph_objects() -> Any:
    """`plotly.graph_objects`.

    Raises:
        MissingExtra: plotly is not installed.
    """
    return need("plotly.graph_objects", "plots")


def safe(text: object, most: int | None = None) -> str:
    """Text as a figure may hold it: Plotly reads tags such as <a>, so they are written as entities.

    >>> safe("<b>x</b> & y")
    '&lt;b&gt;x&lt;/b&gt; &amp; y'
    """
    plain = _CONTROL.sub(" ", str(text))
    if most is not None and len(plain) > most:
        plain = plain[: most - 1] + "…"
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: object) -> str:
    """A name or choice for an axis: safe, and cut to what fits."""
    return safe(text, _LONGEST)


def axis_theme() -> dict[str, Any]:
    """How every axis looks."""
    return {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "automargin": True,
        "title": {"standoff": 10},
        "ticks": "",
        "exponentformat": "e",
    }


def figure(height: int = 360, **layout: Any) -> Any:
    """An empty figure in the house's style."""
    go = graph_objects()
    theme = go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": SERIES,
            "hoverlabel": {"align": "left"},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": INK, "activecolor": MAIN},
            "xaxis": axis_theme(),
            "yaxis": axis_theme(),
        }
    )
    settled = {
        "template": theme,
        "height": height,
        "margin": {"l": 56, "r": 16, "t": 28, "b": 48},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
        "hovermode": "closest",
        **layout,
    }
    return go.Figure(layout=settled)


def nothing(why: str) -> Any:
    """A figure that says why there is nothing to see."""
    empty = figure(height=160, xaxis={"visible": False}, yaxis={"visible": False})
    empty.add_annotation(text=safe(why), showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"size": 14})
    return empty
