"""`ayar doctor`: what this machine and the store's place are like, and what to mend."""

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from ayar.analysis.words import count_text
from ayar.base.errors import AyarError
from ayar.base.jsontext import dumps
from ayar.base.version import __version__
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.words import rows_text
from ayar.storage import open_store
from ayar.storage.sqlite import has_reset_bug, wal_case
from ayar.storage.sqlite_file import NETWORK_FILE_SYSTEMS, file_system
from ayar.study.environment import RECORDED

LEAST_DISK = 2**30
"""Bytes free below which a warning is given: a long study with outputs writes a few hundred megabytes."""
_OF_PEOPLE_WHO_WORK_ON_AYAR = frozenset({"all", "bench", "test"})
_SECONDS = 5.0


class Health(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    WARNING = "warning"
    """Ayar works, but less well than it could."""
    TROUBLE = "trouble"
    """Something will not work until it is mended."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    health: Health
    text: str
    remedy: str = ""


def doctor(storage: str, *, as_json: bool, talk: Talk) -> Exit:
    """Look at everything and say it; exit code 1 where something will not work.

    Arguments:
        storage: the address of the store that is or will be used.
        as_json: one JSON object a finding.
        talk: where it goes.
    """
    found = [*machine(), *store(storage), *extras(), gpus()]
    if as_json:
        talk.tell("\n".join(dumps(asdict(finding)) for finding in found))
    else:
        talk.tell(rows_text([row for finding in found for row in _rows(finding)]))
    return Exit.FAILURES if any(finding.health is Health.TROUBLE for finding in found) else Exit.DONE


def _rows(finding: Finding) -> Iterator[tuple[str, str]]:
    mark = "" if finding.health is Health.OK else f"{finding.health.value}: "
    yield finding.topic, f"{mark}{finding.text}"
    if finding.remedy:
        yield "", f"-> {finding.remedy}"


def machine() -> Iterator[Finding]:
    """Python and packages, SQLite, cores, memory, how workers start."""
    yield Finding("python", Health.OK, f"{platform.python_version()} at {sys.executable}")
    packages = ", ".join(f"{name} {_version(name)}" for name in RECORDED if name != "ayar")
    yield Finding("packages", Health.OK, f"ayar {__version__}, {packages}")
    yield sqlite(sqlite3.sqlite_version)
    yield cores(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None, os.cpu_count() or 1)
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        yield Finding("memory", Health.OK, f"{_bytes(total)} on {platform.platform()}")
    yield Finding("workers", Health.OK, "start by spawn: scripts need no main guard, and nothing is inherited by fork")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not found"


def sqlite(found: str) -> Finding:
    """The SQLite that Python carries: too old, with the bug of the write-ahead log, or fine."""
    if tuple(map(int, found.split("."))) < (3, 37, 0):
        remedy = "use a newer Python build; Ayar needs 3.37 for its tables"
        return Finding("sqlite", Health.TROUBLE, f"SQLite {found} is too old", remedy)
    remedy = "nothing to do; a SQLite from 3.51.3 on needs no such care" if has_reset_bug(found) else ""
    return Finding("sqlite", Health.OK, wal_case(found), remedy)


def cores(allowed: int | None, total: int) -> Finding:
    """Cores, and whether this process may use them all."""
    if allowed is not None and allowed < total:
        text = f"{allowed} of {total} cores: this process is confined"
        return Finding("cores", Health.WARNING, text, f"give workers={allowed}; workers=-1 counts all {total}")
    return Finding("cores", Health.OK, count_text(total, "core"))


def store(storage: str) -> Iterator[Finding]:
    """The place of the store, and the store if it is there."""
    scheme, slashes, rest = storage.partition("://")
    if slashes and scheme != "sqlite":
        yield opened(storage)
        return
    path = Path(rest.removeprefix("/") if slashes else storage).absolute()
    if not path.parent.is_dir():
        yield Finding("store", Health.TROUBLE, f"there is no folder {path.parent}", "create it, or name another")
        return
    yield place(path.parent, file_system(path.parent))
    yield disk(path.parent, shutil.disk_usage(path.parent).free)
    if path.exists():
        yield opened(storage)
    else:
        yield Finding("store", Health.OK, f"{path} is not there yet; the first study makes it")


def place(folder: Path, kind: str) -> Finding:
    """Whether a store may lie in a folder, of this kind of file system."""
    if kind in NETWORK_FILE_SYSTEMS:
        remedy = "put the store on a local disk, or use a PostgreSQL server: --storage postgresql://USER@HOST/DATABASE"
        return Finding("place", Health.TROUBLE, f"{folder} lies on {kind}, whose locks cannot be trusted", remedy)
    if not os.access(folder, os.W_OK):
        return Finding("place", Health.TROUBLE, f"{folder} cannot be written", "change its permissions")
    return Finding("place", Health.OK, f"{kind or 'of unknown kind'} at {folder}")


def disk(folder: Path, free: int) -> Finding:
    """Free space where the store lies, in bytes."""
    if free < LEAST_DISK:
        text = f"only {_bytes(free)} free at {folder}"
        return Finding(
            "disk", Health.WARNING, text, "free some space: a full disk stops a study, though it loses nothing"
        )
    return Finding("disk", Health.OK, f"{_bytes(free)} free")


def opened(storage: str) -> Finding:
    """Whether the store opens, and what is in it."""
    try:
        with open_store(storage) as found:
            count = len(found.studies())
            studies = "1 study" if count == 1 else f"{count:,} studies"
            return Finding("store", Health.OK, f"{found.address} opens; {studies}")
    except AyarError as error:
        return Finding(
            "store", Health.TROUBLE, str(error), "see the message; for a damaged file: ayar export --salvage"
        )


def extras() -> Iterator[Finding]:
    """Which optional packages are here, and how to get the others."""
    wanted: dict[str, list[str]] = {}
    for line in _requirements():
        package, _, condition = line.partition(";")
        extra = condition.partition("extra ==")[2].strip(" \"'")
        name = package.strip().split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip()
        if extra and extra not in _OF_PEOPLE_WHO_WORK_ON_AYAR and name != "ayar":
            wanted.setdefault(extra, []).append(name)
    missing = {extra: [name for name in names if _version(name) == "not found"] for extra, names in wanted.items()}
    here = [extra for extra, names in missing.items() if not names]
    yield Finding("extras", Health.OK, f"installed: {', '.join(here) or 'none'}")
    if absent := [extra for extra, names in missing.items() if names]:
        remedy = f'where you need one: pip install "ayar[{",".join(absent)}]"'
        yield Finding("", Health.OK, f"not installed: {', '.join(absent)}", remedy)


def _requirements() -> list[str]:
    try:
        return requires("ayar") or []
    except PackageNotFoundError:
        return []


def gpus(run: Callable[..., "subprocess.CompletedProcess[str]"] = subprocess.run) -> Finding:
    """The GPUs that `nvidia-smi` lists, where it is installed."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return Finding("gpus", Health.OK, "none found: there is no nvidia-smi")
    asked = [command, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        said = run(asked, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("gpus", Health.WARNING, f"nvidia-smi failed: {error}", "check the driver")
    if said.returncode:
        words = (said.stdout + said.stderr).strip()
        return Finding("gpus", Health.WARNING, f"nvidia-smi says: {words}", "check the driver")
    return Finding("gpus", Health.OK, "; ".join(said.stdout.split("\n")).strip("; "))


def _bytes(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
