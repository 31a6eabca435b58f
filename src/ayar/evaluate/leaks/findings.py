"""What leak checks found, in words and numbers: what was seen, how sure it is, what to do.

How sure is a number from 0 to 1, our estimate of the chance that scores are too good because of it, with a word for
each stretch (`LEVELS`). It is set rule by rule from what the rule can mistake, and not a measured frequency. Findings
of at least `ALARM` are alarms; below that they are hints, worth a look and no more.
"""

import html
from typing import Any

import msgspec

LEVELS = ((0.95, "certain"), (0.75, "likely"), (0.5, "possible"), (0.0, "hint"))
"""(at least, word), falling."""

ALARM = 0.5
"""From here on a finding is an alarm."""


class LeakFinding(msgspec.Struct, frozen=True):
    """One thing that a check saw."""

    kind: str
    """Which check: "rows", "duplicates", "near duplicates", "groups", "files", "time", "identifier", "target",
    "preprocessing" or "canary"."""
    saw: str
    """What was seen, one sentence with numbers."""
    sure: float
    """From 0 to 1, see the top of this file."""
    advice: str
    """What to do."""
    column: str | None = None
    """The column it is about, where it is about one."""
    numbers: dict[str, float] = {}
    """The numbers in `saw`, by name."""

    @property
    def level(self) -> str:
        """How sure, in a word: "certain", "likely", "possible" or "hint"."""
        return next(word for least, word in LEVELS if self.sure >= least)

    def __str__(self) -> str:
        return f"{self.level} ({self.sure:.2f}), {self.kind}: {self.saw}\n  {self.advice}"


class Looked(msgspec.Struct, frozen=True):
    """A check that ran, or the reason why it did not."""

    check: str
    words: str
    ran: bool = True


class LeakReport(msgspec.Struct, frozen=True):
    """The findings, surest first, and what was looked at; `str` says it in words."""

    findings: tuple[LeakFinding, ...]
    looked: tuple[Looked, ...]

    @property
    def alarms(self) -> tuple[LeakFinding, ...]:
        """The findings that are more than hints."""
        return tuple(finding for finding in self.findings if finding.sure >= ALARM)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row a finding: kind, column, level, sure, saw, advice; `pandas.DataFrame(report.table)` reads it."""
        return [
            {
                "kind": finding.kind,
                "column": finding.column,
                "level": finding.level,
                "sure": finding.sure,
                "saw": finding.saw,
                "advice": finding.advice,
            }
            for finding in self.findings
        ]

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        hints = len(self.findings) - len(self.alarms)
        if not self.findings:
            return f"No leak found by {sum(look.ran for look in self.looked)} checks."
        kinds = ", ".join(dict.fromkeys(finding.kind for finding in self.alarms))
        alarms = f"{_count(len(self.alarms), 'alarm')}: {kinds}" if kinds else "no alarm"
        return f"Leak checks: {alarms}{', ' + _count(hints, 'hint') if hints else ''}."

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "sentence": self.sentence,
            "alarms": len(self.alarms),
            "findings": [{**msgspec.to_builtins(finding), "level": finding.level} for finding in self.findings],
            "looked": msgspec.to_builtins(self.looked),
        }

    def explain(self) -> str:
        """Findings, advice, what was looked at and what was not."""
        looks = [f"{'looked at' if look.ran else 'not looked at'}: {look.check}; {look.words}" for look in self.looked]
        return "\n".join([str(self), *looks])

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(str(finding) for finding in self.findings)])

    def _repr_html_(self) -> str:
        cells = ("level", "kind", "column", "saw", "advice")
        head = "".join(f"<th>{cell}</th>" for cell in cells)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(row[cell] or ''))}</td>" for cell in cells) + "</tr>"
            for row in self.table
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        return f"<p>{html.escape(self.sentence)}</p>{table}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share as text: "12 %", "1.3 %".

    >>> percent(0.12), percent(0.0133)
    ('12 %', '1.3 %')
    """
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.4g} %"
