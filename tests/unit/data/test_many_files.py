"""Many files, read once: what is read again and when, what is left out, what is handed out."""

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ayar.base.errors import ArgumentError, DataError, DiskFailed
from ayar.base.optional import need
from ayar.data import ManyFiles, Pack
from ayar.evaluate import CrossValidation, seal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six CSV files of ten rows: two numbers of different types, a class, a word."""
    rng = np.random.default_rng(0)
    for i in range(6):
        frame = pd.DataFrame(
            {
                "x": rng.normal(size=10),
                "n": rng.integers(0, 9, 10),
                "y": rng.integers(0, 2, 10),
                "w": rng.choice(["a", "b"], 10),
            }
        )
        frame.to_csv(tmp_path / f"{i}.csv", index=False)
    return tmp_path


def many(folder: Path, **options: Any) -> ManyFiles:
    return ManyFiles(folder / "*.csv", "csv", cache=folder / "cache", **options)


def expected(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_csv(path) for path in sorted(folder.glob("*.csv"))], ignore_index=True)


def same(pack: Pack, frame: pd.DataFrame) -> None:
    assert list(pack) == list(frame.columns)
    for name in pack:
        np.testing.assert_array_equal(pack[name], frame[name].to_numpy())


@pytest.mark.parametrize("form", ["npy", "arrow"])
def test_a_pack_holds_what_reading_gives_and_is_built_once(folder: Path, form: str) -> None:
    files = many(folder, format=form)
    pack = files.open()
    same(pack, expected(folder))
    assert pack.groups.tolist() == np.repeat(np.arange(6), 10).tolist()
    assert files.open().folder == pack.folder
    read = files.read()
    for name in pack:
        np.testing.assert_array_equal(read[name], pack[name])


def test_a_pack_in_arrow_is_a_file_that_others_read(folder: Path) -> None:
    pa = need("pyarrow", "data")

    pack = many(folder, format="arrow").open()
    with pa.memory_map(str(pack.folder / "columns.arrow")) as source:
        frame = pa.ipc.open_file(source).read_all().to_pandas()
    for name in pack:
        np.testing.assert_array_equal(frame[name].to_numpy(), pack[name])


@pytest.mark.parametrize("form", ["npy", "arrow"])
def test_a_changed_file_alone_is_read_again_and_the_pack_is_as_if_built_anew(folder: Path, form: str) -> None:
    files = many(folder, format=form)
    files.open()
    pd.DataFrame({"x": [1.5], "n": [2.5], "y": [7], "w": ["zz"]}).to_csv(folder / "2.csv", index=False)
    (folder / "4.csv").unlink()
    pd.read_csv(folder / "0.csv").to_csv(folder / "9.csv", index=False)
    pack = files.open()
    assert pack.manifest.parsed == 2
    same(pack, expected(folder))
    fresh = ManyFiles(folder / "*.csv", "csv", cache=folder / "other", format=form).open()
    for name in pack:
        assert pack[name].dtype == fresh[name].dtype
    assert pack.words("w") == fresh.words("w") == ("a", "b", "zz")
    np.testing.assert_array_equal(pack.codes("w"), fresh.codes("w"))


def test_a_rewrite_that_keeps_size_and_times_is_seen(folder: Path) -> None:
    """Within one tick of the clock nothing but the content tells."""
    files = many(folder)
    path = folder / "3.csv"
    files.open()
    stat, text = path.stat(), path.read_text()
    path.write_text(text.replace("a\n", "c\n"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    pack = files.open()
    assert (pack.manifest.parsed, pack.words("w")) == (1, ("a", "b", "c"))


def test_a_touched_file_is_not_read_again(folder: Path) -> None:
    files = many(folder)
    pack = files.open()
    os.utime(folder / "3.csv")
    assert files.open().folder == pack.folder


def test_a_changed_reader_reads_everything_again(folder: Path) -> None:
    def reader(scale: float) -> Callable[[Path], Any]:
        def read(path: Path) -> Any:
            return {"x": pd.read_csv(path)["x"] * scale}

        return read

    first = ManyFiles(folder / "*.csv", reader(1.0), cache=folder / "cache").open()
    second = ManyFiles(folder / "*.csv", reader(2.0), cache=folder / "cache").open()
    assert first.folder.parent == second.folder.parent
    assert second.manifest.parsed == 6
    np.testing.assert_array_equal(second["x"], 2 * first["x"])
    third = many(folder, arguments={"usecols": ["x"]}).open()
    assert list(third) == ["x"]


def test_bad_files_are_left_out_listed_and_warned_of(folder: Path) -> None:
    (folder / "1.csv").write_text("")
    (folder / "2.csv").write_text("x,n,y\n1,2,3\n")
    (folder / "3.csv").write_text("x,n,y,w\n")
    with pytest.warns(UserWarning, match=r"left out 3 of 6 files, the first is .*1\.csv: empty; see pack\.bad"):
        pack = many(folder).open()
    whys = {Path(bad.path).name: bad.why for bad in pack.bad}
    assert whys == {"1.csv": "empty", "2.csv": "other columns than most files: it lacks ['w']", "3.csv": "no rows"}
    assert (len(pack.files), pack.n_rows) == (3, 30)
    with pytest.raises(DataError, match=r"3 of 6 files cannot be used, more than max_bad=0 allows; nothing was"):
        ManyFiles(folder / "*.csv", "csv", cache=folder / "strict", max_bad=0).open()
    pd.DataFrame({"x": [1.0], "n": 1, "y": 0, "w": "a"}).to_csv(folder / "1.csv", index=False)
    with pytest.warns(UserWarning, match="left out 2"):
        assert many(folder).open().n_rows == 31


def test_a_pack_that_was_built_leniently_is_refused_by_who_is_strict(folder: Path) -> None:
    (folder / "1.csv").write_text("")
    with pytest.warns(UserWarning, match="left out 1 of 6 files"):
        many(folder).open()
    with pytest.raises(DataError, match=r"1 of 6 files cannot be used, more than max_bad=0 allows; nothing was opened"):
        many(folder, max_bad=0).open()


def test_a_link_that_leads_nowhere_is_a_bad_file(folder: Path) -> None:
    (folder / "7.csv").symlink_to(folder / "gone.txt")
    with pytest.warns(UserWarning, match=r"left out 1 of 7 files, the first is .*7\.csv: cannot be read: No such file"):
        pack = many(folder).open()
    with pytest.warns(UserWarning, match="left out 1 of 7"):
        assert many(folder).open().folder == pack.folder
    pd.read_csv(folder / "0.csv").to_csv(folder / "gone.txt", index=False)
    assert (many(folder).open().n_rows, many(folder).open().bad) == (70, ())


def test_a_column_of_another_kind_is_named(folder: Path) -> None:
    (folder / "5.csv").write_text("x,n,y,w\nhigh,1,2,a\n")
    with pytest.warns(UserWarning, match="column 'x': expected number as in most files, got text"):
        many(folder).open()


def test_a_gap_makes_whole_numbers_floats_and_text_none(folder: Path) -> None:
    (folder / "5.csv").write_text("x,n,y,w\n1.0,,1,\n2.0,,1,\n")
    pack = many(folder).open()
    assert np.isnan(pack["n"][-2:]).all()
    assert pack["w"][-2:].tolist() == [None, None]
    assert pack["y"].dtype == np.int64


def test_whole_numbers_that_would_lose_digits_are_refused(tmp_path: Path) -> None:
    for i, text in enumerate(["0.5", "1.5", str(2**60 + 1)]):
        (tmp_path / f"{i}.csv").write_text(f"id\n{text}\n")
    with pytest.warns(UserWarning, match=r"column 'id': whole numbers beyond 2\*\*53 would lose digits"):
        assert many(tmp_path).open()["id"].tolist() == [0.5, 1.5]


def test_no_file_matches(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"no file matches '.*\*\.csv' \(looked from .*; the folder .* is there\)"):
        many(tmp_path).open()


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond 64 KB: the operating system refuses as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("form", ["npy", "arrow"])
def test_a_full_disk_publishes_nothing_and_leaves_nothing(tmp_path: Path, form: str) -> None:
    for i in range(3):
        np.save(tmp_path / f"{i}.npy", np.arange(4000.0))
    files = ManyFiles(tmp_path / "*.npy", "npy", cache=tmp_path / "cache", format=form)
    with pytest.raises(DiskFailed, match=r"the disk is full, or a file grew .* nothing was published .*; make room"):
        files.open()
    assert not [path for path in files.home.iterdir() if path.is_dir()]
    resource.setrlimit(resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)[1:] * 2)
    assert files.open().n_rows == 12000


def test_a_version_is_removed_when_nobody_maps_it(folder: Path) -> None:
    files = many(folder)
    first = files.open()
    view = first["x"][3:]
    value = view[0]

    def versions() -> list[str]:
        return sorted(path.name for path in files.home.glob("v*"))

    for word in ("c", "d"):
        (folder / "5.csv").write_text(f"x,n,y,w\n1,1,1,{word}\n")
        files.open()
    assert versions() == ["v00000001", "v00000003"]
    del first
    (folder / "5.csv").write_text("x,n,y,w\n1,1,1,ee\n")
    files.open()
    assert "v00000001" in versions()
    assert view[0] == value
    del view
    (folder / "5.csv").write_text("x,n,y,w\n1,1,1,fff\n")
    files.open()
    assert versions() == ["v00000005"]


def test_a_damaged_version_is_built_again(folder: Path) -> None:
    files = many(folder)
    block = next(files.open().folder.glob("block-*.npy"))
    os.truncate(block, 100)
    pack = files.open()
    assert pack.manifest.parsed == 6
    same(pack, expected(folder))


def test_arrays_and_packs_travel_as_handles_and_are_read_only(folder: Path) -> None:
    pack = many(folder).open()
    matrix = pack.matrix(["x", "n"])
    assert matrix.dtype == np.float64
    for thing in (pack, matrix, matrix[5:], pack["x"][::2], pack.groups):
        assert len(pickle.dumps(thing)) < 500
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(matrix[5:, 1])), matrix[5:, 1])
    copied = pickle.loads(pickle.dumps(matrix[[3, 1]]))
    np.testing.assert_array_equal(copied, np.asarray(matrix)[[3, 1]])
    assert type(copied) is type(matrix + 1) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1.0


def test_the_loaders_give_the_same_rows(folder: Path) -> None:
    from torch.utils.data import DataLoader

    pack = many(folder).open()
    frame = pack.frame()
    assert frame["w"].astype(str).tolist() == pack["w"].tolist()
    assert np.shares_memory(frame["x"].to_numpy(), np.asarray(pack["x"]))
    batches = list(DataLoader(pack.dataset(["x", "n"], "y"), batch_size=25))  # type: ignore[arg-type]  # by duck type
    np.testing.assert_array_equal(np.concatenate([batch[0].numpy() for batch in batches]), pack.matrix(["x", "n"]))
    np.testing.assert_array_equal(np.concatenate([batch[1].numpy() for batch in batches]), pack["y"])


def test_fractions_of_the_files_are_nested_and_balanced(tmp_path: Path) -> None:
    for i in range(40):
        np.savez(tmp_path / f"{i:02d}.npz", x=np.arange(3.0) + i, y=np.full(3, i % 4 == 0))
    pack = ManyFiles(tmp_path / "*.npz", "npz", cache=tmp_path / "cache").open()
    rows = [set(pack.fraction(share, by="y", seed=1).tolist()) for share in (0.1, 0.2, 0.5, 1.0)]
    assert [len(part) for part in rows] == [12, 24, 60, 120]
    assert all(small < large for small, large in pairwise(rows))
    assert [pack["y"][sorted(part)].mean() for part in rows] == [0.25] * 4
    assert rows[0] == set(pack.fraction(0.1, by="y", seed=1).tolist())
    assert rows[0] != set(pack.fraction(0.1, by="y", seed=2).tolist())
    with pytest.raises(ArgumentError, match=r"expected a share above 0 and up to 1 of the files, got 1\.5"):
        pack.fraction(1.5)


def test_files_stay_whole_in_a_sealed_test_and_in_folds(folder: Path) -> None:
    pack = many(folder).open()
    data = seal(pack.matrix(["x", "n"]), pack["y"], groups=pack.groups, test=0.3)
    objective = CrossValidation(lambda params: None, data, cv=2)
    assert data.kind == "group"
    assert data.groups is not None
    for fit, judged in objective.folds:
        assert not set(data.groups[fit]) & set(data.groups[judged])


def test_json_lines_images_and_parquet_are_read(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "a.jsonl").write_text('{"x": 1, "t": "q"}\n\n{"x": null, "t": "r"}\n')
    (tmp_path / "b.jsonl").write_text('{"x": 3, "t": "q"}\n{broken\n')
    with pytest.warns(UserWarning, match=r"b\.jsonl: line 2: expected a JSON object"):
        pack = ManyFiles(tmp_path / "*.jsonl", "jsonl", cache=tmp_path / "cache").open()
    np.testing.assert_array_equal(pack["x"], [1.0, np.nan])
    (tmp_path / "cat").mkdir()
    for i in range(2):
        Image.fromarray(np.full((4, 6, 3), i, np.uint8)).save(tmp_path / "cat" / f"{i}.png")
    pictures = ManyFiles(tmp_path / "**" / "*.png", "image", cache=tmp_path / "cache").open()
    assert (pictures["image"].shape, pictures["folder"].tolist()) == ((2, 4, 6, 3), ["cat", "cat"])
    frame = pd.DataFrame({"at": [pd.Timestamp("2026-01-01"), pd.NaT], "v": [1, 2]})
    frame.to_parquet(tmp_path / "t.parquet")
    times = ManyFiles(tmp_path / "*.parquet", "parquet", cache=tmp_path / "cache").open()
    assert times["at"].dtype.kind == "M"
    assert np.isnat(times["at"][1])


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"a\.npy: expected an array of numbers or text in NumPy's format"):
        ManyFiles(tmp_path / "*.npy", "npy", cache=tmp_path / "cache").open()


def test_several_processes_read_the_same(folder: Path) -> None:
    same(many(folder, workers=2).open(), expected(folder))
    with pytest.raises(DataError, match=r"the reader cannot be sent to a process .* pass workers=1"):
        ManyFiles(folder / "*.csv", lambda path: {"x": [1]}, cache=folder / "cache", workers=2).open()


def test_wrong_names_and_arguments_are_refused(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="no reader is called 'cvs'; did you mean 'csv'"):
        ManyFiles(folder / "*.csv", "cvs")
    with pytest.raises(ArgumentError, match="expected format= one of npy, arrow, got 'zip'"):
        many(folder, format="zip")
    pack = many(folder).open()
    with pytest.raises(ArgumentError, match="the pack has no column 'X'; known: n, w, x, y"):
        pack["X"]
    with pytest.raises(ArgumentError, match="matrix: expected columns of numbers, got 'w': text"):
        pack.matrix(["w"])


NO_PANDAS = """
import importlib.abc, sys
import numpy as np

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pandas", "pyarrow", "PIL"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
from ayar.base.errors import MissingExtra
from ayar.data import ManyFiles, share

np.savez("a.npz", x=np.arange(3.0), w=np.array(["b", "c", "b"]))
np.savez("b.npz", x=np.arange(2.0), w=np.array(["c", "d"]))
pack = ManyFiles("*.npz", "npz", cache="cache").open()
print(pack["x"].tolist(), pack["w"].tolist(), pack.matrix(["x"]).shape, pack.fraction(0.5).size, pack.groups.tolist())
print(share({"x": np.asarray(pack["x"])})["x"].sum(), len(pack.dataset(["x"], "w")))
open("c.jsonl", "w").write('{"x": 1, "w": "a"}\\n')
print(ManyFiles("*.jsonl", "jsonl", cache="cache").open()["w"].tolist())
open("d.csv", "w").write("x\\n1\\n")
for ask in (ManyFiles("*.csv", "csv", cache="cache").open, pack.frame,
            ManyFiles("*.npz", "npz", cache="cache", format="arrow").open):
    try:
        ask()
    except MissingExtra as error:
        print(error)
assert not {"pandas", "pyarrow", "PIL"} & set(sys.modules)
"""


def test_packs_need_numpy_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", NO_PANDAS]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "[0.0, 1.0, 2.0, 0.0, 1.0] ['b', 'c', 'b', 'c', 'd'] (5, 1) 3 [0, 0, 0, 1, 1]",
        "4.0 5",
        "['a']",
    ]
    needed = "the package '{}' is needed here; install it with: pip install \"ayar[data]\""
    assert lines[3:] == [needed.format(package) for package in ("pandas", "pandas", "pyarrow")]
