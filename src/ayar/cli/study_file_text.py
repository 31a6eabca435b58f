"""A study file's text as plain data: TOML by the standard library, YAML by PyYAML's safe loader.

YAML has traps of its own. `1e-5`, which PyYAML takes for text, is a number here. A key that stands twice, or is no
text, is refused. Where `on`, `off`, `yes` and `no` turn up among texts as the booleans that YAML makes of them, a note
says so.
"""

import re
import tomllib
from collections.abc import Iterator
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
        return tomllib.loads(text), []
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
        notes = [] if node is None else list(_notes(node, path, text.splitlines(), yaml))
        document = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ArgumentError(f"{path}: expected YAML: {error}") from None
    finally:
        loader.dispose()
    if not isinstance(document, dict):
        raise ArgumentError(f"{path}: expected keys with values, such as max_trials: 100, got {shorten(document)}")
    return document, notes


def _notes(node: Any, path: Path, lines: list[str], yaml: Any) -> Iterator[str]:
    """Look through all of a document.

    Raises:
        ArgumentError: a key that is no text, or stands twice.
    """
    if isinstance(node, yaml.MappingNode):
        _check_keys(node, path, lines, yaml)
        for _, value in node.value:
            yield from _notes(value, path, lines, yaml)
    elif isinstance(node, yaml.SequenceNode):
        kinds = {item.tag.rpartition(":")[2] for item in node.value}
        if {"bool", "str"} <= kinds:
            bare = next(item for item in node.value if item.tag.endswith(":bool"))
            yield (
                f"{_line(bare, path, lines)}: YAML reads {bare.value} as {_boolean(bare.value)}; "
                f'write "{bare.value}" if the word is meant'
            )
        for item in node.value:
            yield from _notes(item, path, lines, yaml)


def _check_keys(node: Any, path: Path, lines: list[str], yaml: Any) -> None:
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith((":str", ":merge")):
            said = getattr(key, "value", "")
            raise ArgumentError(f'{_line(key, path, lines)}: expected text as a key, got {said}; write "{said}"')
        if key.value in seen:
            raise ArgumentError(f"{_line(key, path, lines)}: the key {key.value!r} stands here a second time")
        seen.add(key.value)


def _line(node: Any, path: Path, lines: list[str]) -> str:
    number = node.start_mark.line
    return f"{path}, line {number + 1} ({lines[number].strip()})"


def _boolean(word: str) -> str:
    return "true" if word.lower() in {"yes", "true", "on"} else "false"
