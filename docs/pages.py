"""Writes the pages that are made from the code: the samplers' capabilities and the parity cases that tests prove.

`python -m docs.pages` writes them, `python -m docs.pages --check` fails when one is out of date.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def samplers_page() -> str:
    """One row a sampler: what it claims, which the contract suite tests."""
    from ayar.samplers import SAMPLERS
    from ayar.samplers.base import Capabilities

    claims = [field.name for field in fields(Capabilities)]
    head = ["sampler", *(claim.replace("_", " ") for claim in claims), "what it is"]
    rows = []
    for name in SAMPLERS:
        sampler = SAMPLERS.get_class(name)
        marks = ["yes" if getattr(sampler.capabilities, claim) else "" for claim in claims]
        rows.append([f"`{name}`", *marks, (sampler.__doc__ or "").partition("\n")[0].rstrip(".")])
    return _page("Samplers", "Made from each sampler's `Capabilities`, which the contract suite tests.", head, rows)


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


def _page(title: str, text: str, head: list[str], rows: list[list[str]]) -> str:
    lines = [f"# {title}", "", text, "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", "Written by `python -m docs.pages`.", ""])


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
