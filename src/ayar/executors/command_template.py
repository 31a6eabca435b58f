"""A command as a list of words with places to fill in: `["python", "train.py", "--lr={lr}", "{args}"]`.

Each element is filled in by itself and stays one word, whatever the value holds: there is no shell that could read it.
An element that names a parameter which is inactive vanishes. Pure.

{lr}           a parameter: text as it is, numbers, booleans and None as JSON writes them
{args}         all active parameters, a word each: --lr=0.1 --kernel=rbf
{trial_dir}    the attempt's own folder      {trial}  the trial's number      {seed}  its seed
{{lr}}         the text {lr}; other braces, as in awk '{print $1}' or in JSON, are left alone
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ayar.base.errors import ArgumentError, did_you_mean, shorten

ALL = "args"
OWN = ("trial_dir", "trial", "seed")
"""Names that every command may use beside its parameters."""
_PLACE = re.compile(r"\{\{([A-Za-z_][\w.\-\[\]]*)\}\}|\{([A-Za-z_][\w.\-\[\]]*)\}")


def check_template(argv: Sequence[str], always: Collection[str], sometimes: Collection[str]) -> None:
    """Refuse a command that cannot be filled in as it is meant.

    Arguments:
        argv: the command's elements.
        always: names of the parameters without a condition.
        sometimes: those of the parameters that may be inactive.

    Raises:
        ArgumentError: an empty command, an unknown name, `{args}` within a longer element, a parameter called like one
            of Ayar's own names, or an option that would lose its value.
    """
    if not argv or not argv[0]:
        raise ArgumentError('command: expected a list of words such as ["python", "train.py", "--lr={lr}"], got none')
    known = {*always, *sometimes}
    for taken in (ALL, *OWN):
        if taken in known:
            raise ArgumentError(f"command: {{{taken}}} is Ayar's own word; give the parameter {taken!r} another name")
    for i, word in enumerate(argv):
        for name in _names(word):
            if name not in {*known, ALL, *OWN}:
                raise ArgumentError(
                    f"command[{i}] = {word!r}: no parameter is called {name!r}"
                    f"{did_you_mean(name, [*known, ALL, *OWN])}; write {{{{{name}}}}} for braces that are meant"
                )
        if ALL in _names(word) and word != f"{{{ALL}}}":
            raise ArgumentError(f"command[{i}] = {word!r}: {{args}} stands for several words; give it an element alone")
        _check_option(argv, i, sometimes)


def _check_option(argv: Sequence[str], i: int, sometimes: Collection[str]) -> None:
    """Refuse `"--momentum", "{momentum}"` where momentum may be inactive: the option alone would stay behind."""
    option, names = argv[i - 1] if i else "", _names(argv[i])
    if option.startswith("-") and option != "--" and "=" not in option and not _names(option):
        for name in names:
            if name in sometimes:
                raise ArgumentError(
                    f"command[{i}] = {argv[i]!r}: {name!r} is not always active, and {option!r} would stay behind "
                    f"without its value; write {option + '=' + argv[i]!r} as one element, or use {{args}}"
                )


def fill(argv: Sequence[str], params: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    """The command with its places filled in.

    Arguments:
        argv: elements that `check_template` has accepted.
        params: the active parameters.
        own: values of the names in `OWN`.

    >>> fill(["train", "--lr={lr}", "--momentum={momentum}", "{args}"], {"lr": 0.1, "opt": "a b"}, {})
    ['train', '--lr=0.1', '--lr=0.1', '--opt=a b']
    """
    return [word for element in argv for word in _filled(element, params, {**params, **own})]


def _filled(element: str, params: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    if element == f"{{{ALL}}}":
        yield from (f"--{name}={value_text(value)}" for name, value in params.items())
    elif all(name in values for name in _names(element)):
        yield _PLACE.sub(lambda place: f"{{{place[1]}}}" if place[1] else value_text(values[place[2]]), element)


def names_in(argv: Sequence[str]) -> set[str]:
    """The names that stand in a command."""
    return {name for element in argv for name in _names(element)}


def _names(element: str) -> list[str]:
    return [place[2] for place in _PLACE.finditer(element) if place[2]]


def value_text(value: Any) -> str:
    """A value as a word: text as it is, anything else as JSON.

    >>> value_text("a b"), value_text(1e-05), value_text(True)
    ('a b', '1e-05', 'true')
    """
    return value if isinstance(value, str) else json.dumps(value)


def read_command(command: Any, where: str) -> tuple[str, ...]:
    """The elements of a command that a file gives.

    Raises:
        ArgumentError: text, which would need a shell to take it apart; the message holds the list to write. Or a list
            with something else than text in it.
    """
    if isinstance(command, str):
        raise ArgumentError(
            f"{where}: expected a list of words, got the text {shorten(command)}; no shell reads it, so write\n"
            f"  command = {json.dumps(_words(command))}"
        )
    if not isinstance(command, list | tuple) or not all(isinstance(word, str) for word in command):
        raise ArgumentError(
            f'{where}: expected a list of texts such as ["python", "train.py", "--lr={{lr}}"], got {shorten(command)}'
        )
    return tuple(command)


def _words(command: str) -> list[str]:
    import shlex

    try:
        return shlex.split(command)
    except ValueError:  # a quotation mark without its other half
        return command.split()
