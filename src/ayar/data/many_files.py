"""Many files, read once: `ManyFiles(pattern, reader).open()` gives a pack that all trials and processes share.

The first to ask builds it; whoever asks meanwhile waits; later ones look at the files' sizes and times, which takes
a few milliseconds a thousand files, and map it. Not for data that is one file already, nor for reading that is done
once: then the pack is one writing more.
"""

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from ayar.base.clock import SYSTEM
from ayar.base.errors import ArgumentError, DataError, StoreNotWritable, shorten
from ayar.data.build import Order, Parsed, build, check_bad
from ayar.data.lock import BuilderLock
from ayar.data.manifest import SEEN, Manifest, PackedFile, Seen, read_manifest, read_seen
from ayar.data.pack import Pack
from ayar.data.plan import Plan, entries, plan, settle
from ayar.data.reader_facts import ReaderFacts, name_of, reader_facts
from ayar.data.readers import Reader, find_reader
from ayar.data.scan import facts_of, find_files, hash_of
from ayar.data.schema import Schema
from ayar.data.spool import Reused
from ayar.data.stall import StallReport, measure
from ayar.data.versions import clear, newest, write_whole

Pattern = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
FORMATS = ("npy", "arrow")


class ManyFiles:
    """Data that comes in many files.

    Arguments:
        pattern: such as "data/*.csv" or "data/**/*.npz", or a list of paths.
        reader: "csv", "parquet", "jsonl", "npy", "npz" or "image", or `reader(path, **arguments)`, a function that
            gives a DataFrame, a mapping of columns (arrays of one length), or an array.
        arguments: passed to the reader, such as {"sep": ";"}.
        cache: the folder that holds the packs; None takes `ayar/packs` below the user's cache folder.
        format: "npy", or "arrow": one file that other tools read too (building it needs the extra `data`).
        max_bad: the share of files that may be unreadable, empty or different before opening raises; they are left
            out, listed in `Pack.bad`, and warned of.
        workers: processes that read files; more than one needs a reader that can be imported, and a script whose start
            is guarded by `if __name__ == "__main__":`.
        content: compare files by content at each opening, not by size and times: for file systems whose times lie.

    Raises:
        ArgumentError: one of them is none of these.

    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for i in range(3):
    ...     _ = (folder / f"{i}.txt").write_text(f"{i} {i + 1}")
    >>> def read(path):
    ...     return {"x": [float(word) for word in path.read_text().split()]}
    >>> pack = ManyFiles(folder / "*.txt", read, cache=folder / "cache").open()
    >>> pack, pack["x"].tolist(), pack.groups.tolist()
    (<Pack 6 rows of 3 files, 1 columns>, [0.0, 1.0, 1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1, 2, 2])
    """

    def __init__(
        self,
        pattern: Pattern,
        reader: str | Reader,
        *,
        arguments: Mapping[str, Any] | None = None,
        cache: str | os.PathLike[str] | None = None,
        format: str = "npy",  # noqa: A002 - the word that pandas and pyarrow use
        max_bad: float = 0.5,
        workers: int = 1,
        content: bool = False,
    ) -> None:
        if format not in FORMATS:
            raise ArgumentError(f"ManyFiles: expected format= one of {', '.join(FORMATS)}, got {shorten(format)}")
        if not 0 <= max_bad <= 1:
            raise ArgumentError(f"ManyFiles: expected max_bad= a share from 0 to 1, got {shorten(max_bad)}")
        if not isinstance(workers, int) or workers < 1:
            raise ArgumentError(f"ManyFiles: expected workers= a whole number of at least 1, got {shorten(workers)}")
        self.pattern: str | list[str] = (
            os.path.abspath(pattern)  # noqa: PTH100 - a pattern is no path
            if isinstance(pattern, str | os.PathLike)
            else [os.fspath(path) for path in pattern]
        )
        self.reader = find_reader(reader)
        self.arguments = dict(arguments or {})
        self.format = format
        self.max_bad = max_bad
        self.workers = workers
        self.content = content
        root = _default_cache() if cache is None else Path(cache).absolute()
        self.home: Path = root / _home_name(self.pattern, self.reader)
        """Where the versions of this pack lie."""

    def __repr__(self) -> str:
        return f"<ManyFiles {shorten(self.pattern)}, packed in {self.home}>"

    def open(self) -> Pack:
        """The pack of the files as they are now, built before if need be.

        Raises:
            ArgumentError: no file matches.
            DataError: too many files are bad.
            DiskFailed: the disk is full; nothing was published.
            StoreNotWritable: the pack has to be built, and its folder cannot be written.
            MissingExtra: the reader or the format needs a package that is not installed.
        """
        facts = reader_facts(self.reader, self.arguments)
        pack = self._current(facts)
        if pack is None:
            self._make_home()
            with BuilderLock(self.home).held():
                pack = self._current(facts) or self._build(facts)
        check_bad(pack.bad, len(pack.bad) + len(pack.files), self.max_bad)  # it may be packed by a more lenient one
        if pack.bad:
            _warn(pack)
        return pack

    def read(self) -> dict[str, Any]:
        """All columns, read from the files anew into memory of this process, as without a pack.

        Raises:
            DataError: too many files are bad.
        """
        from ayar.data.plain import read_all

        return read_all(self._paths(), self._read, self.max_bad)

    def stall_report(self, train: Callable[[Mapping[str, Any]], object], *, trials: int = 20) -> StallReport:
        """How much of a trial is waiting for its data, and whether packing pays.

        Arguments:
            train: one trial's work, given the columns by name: called three times each with files read anew, with the
                pack, and with columns in memory.
            trials: how many there will be.

        Raises:
            DataError: as `open` does.
        """
        begun = SYSTEM.elapsed()
        built = self.open()
        elapsed = SYSTEM.elapsed() - begun
        seconds = max(built.manifest.seconds, elapsed)
        return measure(self.read, self.open, train, build=seconds, trials=trials)

    def _paths(self) -> list[str]:
        return find_files(self.pattern)

    def _read(self, path: str) -> Any:
        return self.reader(Path(path), **self.arguments)

    def _make_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreNotWritable(
                f"cannot make {self.home} ({error.strerror}); pass cache= a folder you can write to"
            ) from None

    def _current(self, reader: ReaderFacts) -> Pack | None:
        """The newest version if it holds the files as they are."""
        found = self._newest(reader)
        if found is None:
            return None
        pack, todo, seen = found
        if not todo.is_current:
            return None
        if seen is not None:
            _note(pack.folder, seen)
        return pack

    def _newest(self, reader: ReaderFacts) -> tuple[Pack, Plan, Seen | None] | None:
        """The newest version of this reader and format, what differs from it, and what was seen if content was read."""
        at = SYSTEM.wall()
        facts = facts_of(self._paths())
        pack = _open_newest(self.home)
        if pack is None:
            return None
        manifest = pack.manifest
        if manifest.reader.fingerprint != reader.fingerprint or manifest.format != self.format:
            return None
        todo = plan(facts, manifest, read_seen(pack.folder, manifest), self.content)
        if not todo.doubtful:
            return pack, todo, None
        return pack, settle(todo, _hashes(todo, manifest), manifest), Seen(at, tuple(facts))

    def _build(self, reader: ReaderFacts) -> Pack:
        at = SYSTEM.wall()
        facts = facts_of(self._paths())
        found = self._newest(reader)
        order = Order(
            home=self.home,
            reader=reader,
            read=self._read,
            format=self.format,
            scanned=at,
            facts=tuple(facts),
            reused={} if found is None else _reused(found[0], found[1]),
            max_bad=self.max_bad,
            map=self._map,
        )
        folder = build(order)
        # The version before was in use until now, by this very build.
        del order, found
        clear(self.home)
        return Pack(folder)

    def _map(self, parse: Callable[[str], Parsed], paths: Sequence[str]) -> Iterator[Parsed]:
        if self.workers == 1 or len(paths) < 2:
            return map(parse, paths)
        from ayar.data.parallel import parse_in_processes

        return parse_in_processes(self._read, paths, self.workers)


def _default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ayar" / "packs"


def _home_name(pattern: str | list[str], reader: Any) -> str:
    """A name of a folder that says a little, and differs by pattern and reader."""
    text = pattern if isinstance(pattern, str) else "\0".join(pattern)
    stem = re.sub(r"[^A-Za-z0-9]+", "-", Path(pattern if isinstance(pattern, str) else "files").parent.name)[-30:]
    return f"{stem}-{blake2b(f'{text}|{name_of(reader)}'.encode(), digest_size=8).hexdigest()}"


def _open_newest(home: Path) -> Pack | None:
    """The newest version that is whole; another may be removed while we look."""
    for _ in range(5):
        folder = newest(home)
        if folder is None or read_manifest(folder) is None:
            return None
        try:
            return Pack(folder)
        except DataError:
            continue
    return None


def _hashes(todo: Plan, manifest: Manifest) -> dict[str, str]:
    """Contents of the doubtful files; a file that cannot be read has none, as when it was packed."""
    packed = entries(manifest)
    found = {}
    for fact in todo.doubtful:
        try:
            found[fact.path] = hash_of(fact.path)
        except OSError:
            found[fact.path] = "" if not packed[fact.path].hash else "unreadable"
    return found


def _reused(pack: Pack, todo: Plan) -> dict[str, tuple[PackedFile, Reused]]:
    """Unchanged files that the pack holds. Those it left out are read again: the majority may have changed."""
    same = {fact.path for fact in todo.same}
    fields = [{field.name: field for field in schema} for schema in pack.manifest.schemas]
    schemas: tuple[Schema, ...] = pack.manifest.schemas
    return {
        entry.fact.path: (entry, Reused(schemas[entry.schema], fields[entry.schema], pack, entry))
        for entry in pack.manifest.files
        if entry.fact.path in same
    }


def _note(folder: Path, seen: Seen) -> None:
    """Write down that the content was compared, so that the next one need not; no harm if that fails."""
    try:
        write_whole(folder / SEEN, msgspec.json.encode(seen))
    except OSError:
        return


def _warn(pack: Pack) -> None:
    first = pack.bad[0]
    warnings.warn(
        f"ManyFiles left out {len(pack.bad)} of {len(pack.bad) + len(pack.files)} files, the first is {first.path}: "
        f"{first.why}; see pack.bad, or pass max_bad=0 to refuse",
        stacklevel=3,
    )
