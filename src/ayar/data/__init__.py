"""Data for many trials: read once, kept once, shared by all processes.

    pack = ManyFiles("data/*.csv", "csv").open()                # thousands of files, parsed once, mapped ever after
    data = seal(pack.matrix(FEATURES), pack["label"], groups=pack.groups)   # no file on both sides of a split
    data = share(data)                                          # what workers use, placed in shared memory once

NumPy is all that is needed; CSV, Parquet and DataFrames bring pandas and pyarrow (the extra `data`), pictures Pillow
(the extra `images`).
"""

from ayar.data.many_files import ManyFiles
from ayar.data.pack import Pack
from ayar.data.readers import READERS
from ayar.data.share import share
from ayar.data.stall import StallReport

__all__ = ["READERS", "ManyFiles", "Pack", "StallReport", "share"]
