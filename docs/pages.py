"""Writes the pages that are made from the code: what samplers are for and claim, and the parity cases that tests prove.

`python -m docs.pages` writes them, `python -m docs.pages --check` fails when one is out of date.
"""

import ast
import inspect
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[1]
_ARGUMENTS_END = re.compile(r"^(?:Raises:|>>>)", re.MULTILINE)


def samplers_page() -> str:
    """One row a sampler: what it claims, which the contract suite tests; then when to take each, and its options."""
    from ayar.samplers import SAMPLERS
    from ayar.samplers.base import Capabilities

    claims = [field.name for field in fields(Capabilities)]
    head = ["sampler", *(claim.replace("_", " ") for claim in claims), "what it is"]
    rows, parts = [], []
    for name in SAMPLERS:
        sampler = SAMPLERS.get_class(name)
        marks = ["yes" if getattr(sampler.capabilities, claim) else "" for claim in claims]
        what = _doc(sampler).partition("\n")[0].partition("; the name in the table")[0]
        rows.append([f"`{name}`", *marks, what.rstrip(".")])
        parts += ["", f"## `{name}`", "", _when(sampler), *_options(sampler)]
    text = (
        'Leave `sampler=` out and `auto` picks for every proposal. `sampler="tpe"` takes one by name, and '
        "`sampler=TPE(start=20)`\nwith options. What the table claims is tested by the contract suite for each sampler."
    )
    return _page("Samplers", text, head, rows, parts)


def _doc(thing: object) -> str:
    """A docstring without its indent, "" where there is none."""
    return inspect.getdoc(thing) or ""


def _when(sampler: type) -> str:
    """When to take it and when not: the second paragraph of its file, less the sources."""
    _, _, paragraph = _doc(inspect.getmodule(sampler)).partition("\n\n")
    if not paragraph:
        raise SystemExit(f"{sampler.__module__}: its docstring needs a second paragraph that says when to take it")
    return paragraph.partition("\n\n")[0].partition("\nSource")[0]


def _options(sampler: type) -> list[str]:
    """The class that takes its options, and a list of these with their defaults, as its docstring describes them."""
    _, found, text = _doc(sampler).partition("Arguments:\n")
    if not found:
        return []
    home = ["", f"Options of `{sampler.__module__}.{sampler.__name__}`:", ""]
    defaults = {field.name: field.default for field in fields(sampler)}
    lines: list[str] = []
    for line in dedent(_ARGUMENTS_END.split(text)[0]).splitlines():
        name, colon, rest = line.partition(": ")
        if colon and name in defaults:
            lines.append(f"- `{name}={defaults[name]!r}`: {rest}")
        elif line:
            lines.append(f"  {line.strip()}")
    return [*home, *lines]


def parity_page() -> str:
    """One row a case that at least one test proves."""
    titles = tomllib.loads((ROOT / "docs" / "parity_cases.toml").read_text())
    proofs = _proofs()
    unknown = sorted(set(proofs) - set(titles))
    if unknown:
        raise SystemExit(f"tests carry marks for cases without a title in docs/parity_cases.toml: {unknown}")
    rows = [[case, titles[case], "<br>".join(proofs[case])] for case in titles if case in proofs]
    text = "Cases that users of other tuners rely on, and the tests that prove them here (`pytest.mark.parity`)."
    return _page("Parity: cases passed", text, ["case", "promise", "proved by"], rows)


def _proofs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")) + sorted((ROOT / "src/ayar/testing").glob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for case in _marks(node):
                    found[case].append(f"`{path.relative_to(ROOT)}::{node.name}`")
    return found


def _marks(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    cases = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "parity":
            cases += [argument.value for argument in mark.args if isinstance(argument, ast.Constant)]
    return [case for case in cases if isinstance(case, str)]


def _page(title: str, text: str, head: list[str], rows: list[list[str]], parts: Sequence[str] = ()) -> str:
    lines = [f"# {title}", "", text, "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, *parts, "", "Written by `python -m docs.pages`.", ""])


PAGES = {"samplers.md": samplers_page, "parity.md": parity_page}


def main() -> None:
    """Write or check every page."""
    stale = []
    for name, make in PAGES.items():
        path, text = ROOT / "docs" / name, make()
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(name)
    if stale:
        raise SystemExit(f"out of date: {', '.join(stale)}; run python -m docs.pages")


if __name__ == "__main__":
    main()
