"""Values as people read them: the one place where reports, tables and pictures take their wording from."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ayar.space.space import Space


def number_text(value: float | None, digits: int = 4) -> str:
    """A number in `digits` significant digits; "–" for one that is missing.

    >>> number_text(0.98304), number_text(12345.678), number_text(3e-7), number_text(None)
    ('0.983', '12346', '3e-07', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isfinite(value) and abs(value) >= 10 ** (digits - 1):
        return f"{value:.0f}" if abs(value) < 1e7 else f"{value:.{digits}g}"
    return f"{value:.{digits}g}"


def value_text(value: Any) -> str:
    """A parameter's value in one line: numbers short, text without quotes, objects by their name.

    >>> value_text(1e-05), value_text("rbf"), value_text(None), value_text((64, 32)), value_text(len)
    ('1e-05', 'rbf', 'None', '(64, 32)', 'len')
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, str):
        return value
    name = getattr(value, "__qualname__", None) or getattr(value, "label", None)
    return name if isinstance(name, str) else repr(value)


def params_text(params: dict[str, Any]) -> str:
    """Parameters in one line.

    >>> params_text({"C": 1.5, "kernel": "rbf"})
    'C=1.5, kernel=rbf'
    """
    return ", ".join(f"{name}={value_text(value)}" for name, value in params.items())


def percent_text(share: float) -> str:
    """A share of 0 to 1 in percent, without pretending to nought or to all.

    >>> percent_text(0.421), percent_text(0.0003), percent_text(0.9997), percent_text(-2.0)
    ('42 %', 'under 1 %', 'over 99 %', '0 %')
    """
    if share <= 0.0:
        return "0 %"
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else f"{100.0 * share:.0f} %"


_KINDS = {
    "float": "float",
    "int": "int",
    "categorical": "choice",
    "ordinal": "ordered choice",
    "constant": "constant",
}


def space_text(space: Space) -> str:
    """How large a space is, and of what.

    >>> from ayar.space.domains import Categorical, Float
    >>> space_text(Space({"lr": Float(0.0, 1.0), "k": Categorical(["a", "b"]), "g": Float(0.0, 1.0, when={"k": "a"})}))
    '3 parameters: 2 floats, 1 choice; conditional'
    """
    if not space.params:
        return "no parameters"
    kinds = Counter(domain.kind for domain in space.params.values())
    parts = [count_text(kinds[kind], word) for kind, word in _KINDS.items() if kinds[kind]]
    text = f"{count_text(len(space.params), 'parameter')}: {', '.join(parts)}"
    text += "; conditional" if any(domain.when is not None for domain in space.params.values()) else ""
    return text if space.size == math.inf else f"{text}; {count_text(int(space.size), 'configuration')}"


_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))


def duration_text(seconds: float) -> str:
    """Seconds in the unit that fits.

    >>> duration_text(0.0021), duration_text(0.9997), duration_text(5400)
    ('2.1 ms', '1 s', '1.5 h')
    """
    if 0.0 < seconds < 0.9995:  # from here on it rounds to a second
        return f"{1000.0 * seconds:.3g} ms"
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def count_text(count: int, thing: str) -> str:
    """A count with its noun.

    >>> count_text(1, "trial"), count_text(1200, "trial")
    ('1 trial', '1,200 trials')
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def listed(items: Sequence[str], most: int = 4) -> str:
    """Names in a sentence, the rest as a count.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"
