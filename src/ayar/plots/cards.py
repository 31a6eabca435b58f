"""What a report is made of: a list of cards, plain data but for the pictures, which are drawn when a page asks.

Each card renders as HTML (`page`), Markdown and text (`plain`) and JSON (here).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ayar.analysis.checks.base import Finding, Level


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of words; a numeric cell is a number, None where there is nothing."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    """What was left out, if anything."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"expected {len(self.columns)} cells a row, got {len(row)}: {row!r}")


@dataclass(frozen=True)
class Code:
    """Text to copy, or to read as it is."""

    label: str
    text: str
    folded: bool = False
    """Whether a page shows it only when asked."""


@dataclass(frozen=True)
class Picture:
    """A figure in words, and how to draw it."""

    name: str
    """Unique within the report; letters, digits and dashes."""
    caption: str
    draw: Callable[[], Any]


@dataclass(frozen=True)
class Card:
    """One part of a report."""

    sentence: str
    level: Level = "ok"
    title: str = ""
    key: str = ""
    """Unique within the report; lower-case letters."""
    text: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """(what, value) in words."""
    findings: tuple[Finding, ...] = ()
    table: Table | None = None
    codes: tuple[Code, ...] = ()
    pictures: tuple[Picture, ...] = ()
    legend: str = ""
    """How to read the pictures, said only where they are."""


def cards_to_json(cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Cards as plain JSON; pictures by name and caption alone."""
    return [
        {
            "key": card.key,
            "title": card.title,
            "level": card.level,
            "sentence": card.sentence,
            "text": list(card.text),
            "facts": dict(card.facts),
            "findings": [
                {"code": found.code, "level": found.level, "sentence": found.sentence, "advice": found.advice}
                for found in card.findings
            ],
            "table": None
            if card.table is None
            else {
                "columns": [column.title for column in card.table.columns],
                "rows": [list(row) for row in card.table.rows],
                "note": card.table.note,
            },
            "code": {code.label: code.text for code in card.codes},
            "pictures": [{"name": picture.name, "caption": picture.caption} for picture in card.pictures],
        }
        for card in cards
    ]
