"""Nothing that is read is ever run: no pickle, no evaluation of text, no module by a name that data gives.

Promise P20, the part that can be seen in the source; `tests/story/test_loaders_run_no_code.py` watches the rest happen.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "ayar"
FILES = sorted(SOURCE.rglob("*.py"))
SHIPPING = {"cli/script.py", "cli/target.py", "executors/shipping.py"}
"""Where an objective is carried, pickled, to our own child processes; nothing pickled is ever stored."""
CALLS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "dill", "joblib"}
UNSAFE_METHODS = {("yaml", "load"), ("yaml", "unsafe_load"), ("yaml", "full_load"), ("np", "load"), ("numpy", "load")}


def found(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                if (node.func.value.id, node.func.attr) in UNSAFE_METHODS:
                    yield f"{node.func.value.id}.{node.func.attr}"
                if any(word.arg == "shell" for word in node.keywords):
                    yield "shell="
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES | {"cloudpickle"})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES | {"cloudpickle"}:
            yield str(node.module)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_runs_what_it_reads(path: Path) -> None:
    kinds = set(found(path))
    if str(path.relative_to(SOURCE)) in SHIPPING:
        kinds -= {"cloudpickle", "pickle"}
    assert not kinds, f"{path} uses {kinds}"


@pytest.mark.parametrize(
    "text",
    ["eval('1')", "import pickle", "from pickle import loads", "yaml.load(f)", "subprocess.run('ls', shell=True)"],
)
def test_a_planted_fault_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text(text)
    assert list(found(path))
