"""Where the objective runs: in this process, in children that may crash or hang without harm, or as a command."""

from ayar.base.registry import Registry

EXECUTORS = Registry(
    "executor",
    "executors",
    {
        "command": "ayar.executors.command:CommandExecutor",
        "inline": "ayar.executors.inline:InlineExecutor",
        "processes": "ayar.executors.processes:ProcessExecutor",
    },
)
