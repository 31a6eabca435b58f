"""Cards as plain text and as Markdown, for terminals, mails and repositories."""

import re
from collections.abc import Sequence
from typing import Any

from ayar.analysis.words import number_text
from ayar.plots.cards import Card, Table

_MOST_ROWS = 20


def cards_to_text(cards: Sequence[Card]) -> str:
    """Cards as plain text, tables cut to 20 rows; no control codes.

    >>> print(cards_to_text([Card("None of the checks found anything.", title="Health")]))
    Health
    ------
    None of the checks found anything.
    <BLANKLINE>
    """
    return "\n".join(_text_card(card) for card in cards)


def _text_card(card: Card) -> str:
    title = card.title if card.level == "ok" else f"{card.title} [{card.level}]"
    lines = [title, "-" * len(title), card.sentence]
    width = max((len(label) for label, _ in card.facts), default=0)
    lines += [f"  {label:<{width}}  {value}" for label, value in card.facts]
    for found in card.findings:
        lines += [f"  [{found.level}] {found.code}: {found.sentence}", f"      {found.advice}"]
    lines += card.text
    if card.table is not None and card.table.rows:
        lines += ["", *_text_table(card.table)]
    for code in card.codes:
        lines += ["", f"{code.label}:", *(f"    {line}" for line in code.text.splitlines())]
    return "\n".join(_visible(line) for line in lines) + "\n"


def _text_table(table: Table) -> list[str]:
    cells = [[column.title for column in table.columns]]
    cells += [[_cell(value) for value in row] for row in table.rows[:_MOST_ROWS]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(table.columns))]
    lines = [
        "  ".join(
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in cells
    ]
    left = len(table.rows) - _MOST_ROWS
    return [*lines, f"... and {left} more"] if left > 0 else lines


def cards_to_markdown(name: str, cards: Sequence[Card]) -> str:
    """Cards as Markdown, complete tables; text of users cannot become markup.

    >>> print(cards_to_markdown("svm", [Card("No <b> here.", title="Health")]))
    # svm
    <BLANKLINE>
    ## Health
    <BLANKLINE>
    No &lt;b> here.
    <BLANKLINE>
    """
    parts = [f"# {_escaped(name)}", *(part for card in cards for part in _markdown_card(card))]
    return "\n\n".join(parts) + "\n"


def _markdown_card(card: Card) -> list[str]:
    title = card.title if card.level == "ok" else f"{card.title} ({card.level})"
    parts = [f"## {_escaped(title)}", _escaped(card.sentence)]
    if card.facts:
        parts.append("\n".join(f"- {_escaped(label)}: {_escaped(value)}" for label, value in card.facts))
    parts += [f"- **{found.level}** {_escaped(found.sentence)} {_escaped(found.advice)}" for found in card.findings]
    parts += [_escaped(line) for line in card.text]
    if card.table is not None and card.table.rows:
        parts.append(_markdown_table(card.table))
    for code in card.codes:
        # Indented, not fenced: no text can close an indented block.
        parts += [f"{_escaped(code.label)}:", "\n".join(f"    {line}" for line in code.text.splitlines())]
    return parts


def _markdown_table(table: Table) -> str:
    head = "| " + " | ".join(_escaped(column.title) for column in table.columns) + " |"
    rule = "|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|"
    rows = ["| " + " | ".join(_escaped(_cell(value)) for value in row) + " |" for row in table.rows]
    return "\n".join([head, rule, *rows])


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return _visible(number_text(value) if isinstance(value, float) else str(value))


_MARKUP = {ord(sign): f"\\{sign}" for sign in "\\`*_[]|#!~"}
_TAG = re.compile("<(?=[A-Za-z/!?])")
_ENTITY = re.compile("&(?=#?[A-Za-z0-9]+;)")


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is; signs such as <= stay, since they begin no tag."""
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", _visible(text).translate(_MARKUP)))


def _visible(text: str) -> str:
    """Control characters as spaces, so that no text moves the cursor of a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
