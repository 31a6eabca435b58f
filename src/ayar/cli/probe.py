"""`ayar probe FILE`: the disciplined recipe on a task of the user's, and its page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ayar.base.errors import ArgumentError
from ayar.base.jsontext import dumps
from ayar.cli.exits import Exit
from ayar.cli.interrupt import interrupts
from ayar.cli.script import load_names
from ayar.cli.talk import Talk
from ayar.training.base import Task
from ayar.training.discipline import disciplined
from ayar.training.recipe import Recipe

EPOCHS, BUDGET, SEED = 10, 4.0, 0
"""Where neither file nor command says; the page names them."""


def probe(file: Path, out: Path | None, options: Mapping[str, Any], *, as_json: bool, talk: Talk) -> Exit:
    """Run the recipe on the file's task, write the page, and print what to use.

    Arguments:
        file: a Python file that defines `task`.
        out: where the page goes; None: the file's name with .html, in the current folder.
        options: epochs, budget, seed that go before the file's; None where none is given.
        as_json: print the recipe as JSON.
        talk: how much is said.

    Returns:
        `Exit.FAILURES` where a sanity check failed.

    Raises:
        ArgumentError: no task in the file, settings of another kind, or the page cannot be written.
    """
    target = Path(f"{file.stem}.html") if out is None else out
    if target.suffix.lower() not in {".html", ".md", ".json", ".txt"}:
        raise ArgumentError(f"expected a page ending in .html, .md, .json or .txt, got {str(out)!r}")
    with interrupts():
        recipe = read_file(file, options, talk)
    try:
        recipe.write(target)
    except OSError as error:
        raise ArgumentError(f"cannot write {target}: {error.strerror}; name another file") from error
    talk.tell(dumps(recipe.to_dict()) if as_json else recipe.explain())
    talk.say(f"\nthe page: {target}")
    return Exit.DONE if recipe.sanity.passed else Exit.FAILURES


def read_file(file: Path, options: Mapping[str, Any], talk: Talk) -> Recipe:
    """The recipe of a file's task, with a line of talk a stage.

    Raises:
        ArgumentError: no task in the file, or settings of another kind.
    """
    return read_names(file, load_names(file), options, talk)


def read_names(file: Path, names: Mapping[str, Any], options: Mapping[str, Any], talk: Talk) -> Recipe:
    """The recipe of the task among the `names` that a file defines.

    Raises:
        ArgumentError: as for `read_file`.
    """
    task = names.get("task")
    if not isinstance(task, Task):
        got = "found none" if task is None else f"got {type(task).__name__}"
        raise ArgumentError(
            f"expected a task (ayar.training.Task) called task in {file}, {got}\n"
            "  task = TorchTask(...) from ayar.integrations.torch, or NumpyTask(X, y) from ayar.training, makes one"
        )
    asked: dict[str, Any] = {"epochs": EPOCHS, "budget": BUDGET, "seed": SEED}
    asked |= {name: names[name] for name in asked if names.get(name) is not None}
    asked |= {name: value for name, value in options.items() if value is not None}
    talk.say(
        f"reading {task.name}: {asked['epochs']} epochs of {task.steps_per_epoch} steps, "
        f"at most {asked['budget']:g} full trainings"
    )
    return disciplined(task, asked["epochs"], asked["budget"], asked["seed"], say=talk.say)
