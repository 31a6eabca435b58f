"""A space from whatever the caller has: a Space, a mapping of short forms, TOML."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ayar.base.errors import SpaceError, shorten
from ayar.space.space import Space


def space_of(obj: Any, *, constraints: Iterable[Any] = (), forbidden: Iterable[Any] = ()) -> Space:
    """The space that `obj` means: a Space as it is, a mapping of names to domains and their short forms, or a file.

    Arguments:
        obj: a Space, a mapping (short forms are listed in `ayar.space.shorthand`), or the path of a TOML file.
        constraints, forbidden: as for Space; not beside a Space, which has its own.

    Raises:
        SpaceError: what cannot be read; the message names the place.

    >>> space_of({"lr": (1e-5, 0.1), "kernel": ["rbf", "poly"], "batch": range(16, 65, 16)})
    Space({'lr': Float(1e-05, 0.1), 'kernel': Categorical(['rbf', 'poly']), 'batch': Int(16, 64, step=16)})
    """
    if isinstance(obj, Path) or (isinstance(obj, str) and obj.endswith(".toml")):
        return space_from_toml(obj, constraints=constraints, forbidden=forbidden)
    if not isinstance(obj, Space):
        return Space(obj, constraints=constraints, forbidden=forbidden)
    if tuple(constraints) or tuple(forbidden):
        raise SpaceError(
            "constraints and forbidden belong to the Space that is given; write Space(..., constraints=[...])"
        )
    return obj


def space_from_toml(source: str | Path, *, constraints: Iterable[Any] = (), forbidden: Iterable[Any] = ()) -> Space:
    """A space from TOML: its table [space] if it has one, else the whole document.

    Arguments:
        source: TOML text; or a path, as a Path or as text ending in ".toml".
        constraints, forbidden: as for Space.

    Raises:
        SpaceError: not TOML, an unreadable file, or what a space cannot be read from.

    >>> space_from_toml('lr = { low = 1e-5, high = 1e-1, log = true }')
    Space({'lr': Float(1e-05, 0.1, log=True)})
    """
    is_path = isinstance(source, Path) or source.endswith(".toml")
    try:
        document = tomllib.loads(Path(source).read_text(encoding="utf-8") if is_path else str(source))
    except OSError as error:
        raise SpaceError(f"cannot read the space from {str(source)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpaceError(f"expected TOML in {shorten(str(source))}: {error}") from None
    return Space(document.get("space", document), constraints=constraints, forbidden=forbidden)
