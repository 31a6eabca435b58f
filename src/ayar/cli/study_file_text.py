"""A study file's text as plain data: TOML by the standard library, YAML by PyYAML's safe loader.

YAML has traps of its own. `1e-5`, which PyYAML takes for text, is a number here. A key that stands twice, or is no
text, is refused. Where `on`, `off`, `yes` and `no` turn up among texts as the booleans that YAML makes of them, a note
says so.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.base.optional import need

SUFFIXES = (".toml", ".yaml", ".yml")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")


def read_document(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The file's keys and values, and notes about what may not be meant.

    Raises:
        ArgumentError: no such file, not text, or not TOML or YAML; the message names the line.
        MissingExtra: a YAML file without PyYAML.
    """
    if not path.is_file():
        near = did_you_mean(path.name, [file.name for file in path.parent.glob("*") if file.suffix in SUFFIXES])
        raise ArgumentError(f"expected a study file at {path}, found none{near}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ArgumentError(f"{path}: expected text in UTF-8: {error}") from None
    if path.suffix != ".toml":
        return _yaml(path, text)
    try:
        return _plain(tomllib.loads(text)), []
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"{path}: expected TOML: {error}") from None


def _yaml(path: Path, text: str) -> tuple[dict[str, Any], list[str]]:
    yaml = need("yaml", "yaml")

    class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]  # imported late
        """The safe loader, to which `1e-5` is a number as it is to everybody else."""

    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        notes = [] if node is None else list(_Reader(path, text.splitlines(), yaml).notes(node))
        document = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ArgumentError(f"{path}: expected YAML: {error}") from None
    finally:
        loader.dispose()
    if not isinstance(document, dict):
        raise ArgumentError(f"{path}: expected keys with values, such as max_trials: 100, got {shorten(document)}")
    return _plain(document), notes


class _Reader:
    """Looks through all of a document's nodes, which still know their lines."""

    def __init__(self, path: Path, lines: list[str], yaml: Any) -> None:
        self._path = path
        self._lines = lines
        self._yaml = yaml
        self._done: set[int] = set()
        self._above: set[int] = set()

    def notes(self, node: Any) -> Iterator[str]:
        """What may not be meant.

        Raises:
            ArgumentError: a key that is no text or stands twice, or a value that holds itself.
        """
        if id(node) in self._above:
            raise ArgumentError(f"{self._line(node)}: this holds itself")
        if id(node) in self._done:  # an alias; it would be the same note again
            return
        self._above.add(id(node))
        if isinstance(node, self._yaml.MappingNode):
            self._check_keys(node)
            for _, value in node.value:
                yield from self.notes(value)
        elif isinstance(node, self._yaml.SequenceNode):
            yield from self._mixed(node)
            for item in node.value:
                yield from self.notes(item)
        self._above.remove(id(node))
        self._done.add(id(node))

    def _mixed(self, node: Any) -> Iterator[str]:
        kinds = {item.tag.rpartition(":")[2] for item in node.value}
        if {"bool", "str"} <= kinds:
            bare = next(item for item in node.value if item.tag.endswith(":bool"))
            said = f"YAML reads {bare.value} as {_boolean(bare.value)}"
            yield f'{self._line(bare)}: {said}; write "{bare.value}" if the word is meant'

    def _check_keys(self, node: Any) -> None:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, self._yaml.ScalarNode) or not key.tag.endswith((":str", ":merge")):
                said = getattr(key, "value", "")
                raise ArgumentError(f'{self._line(key)}: expected text as a key, got {said}; write "{said}"')
            if key.value in seen:
                raise ArgumentError(f"{self._line(key)}: the key {key.value!r} stands here a second time")
            seen.add(key.value)

    def _line(self, node: Any) -> str:
        number = node.start_mark.line
        return f"{self._path}, line {number + 1} ({self._lines[number].strip()})"


def _plain(value: Any) -> Any:
    """Dates and times as the text that stands in the file, the rest as it is."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | time) else value


def _boolean(word: str) -> str:
    return "true" if word.lower() in {"yes", "true", "on"} else "false"
