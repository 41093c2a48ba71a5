"""HDF5 files: the arrays in them by path, type and shape; nothing but their headers is read."""

from __future__ import annotations

import importlib.util
from typing import Any

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, warning
from lci.workspace.returned import READERS_RAISE, named

_ENTRIES = 500


def hdf(request: Request) -> Preview:
    """The tree of a file; tables that pandas wrote are read by its own call."""
    if importlib.util.find_spec("h5py") is None:
        package = warning("reader_missing", package="h5py")
        return Preview(request.name, "other", request.size, warnings=(package,))
    import h5py

    entries: list[str] = []

    def seen(name: str, thing: Any) -> bool | None:  # Any: h5py has no types
        if isinstance(thing, h5py.Dataset):
            entries.append(f"{name}  {thing.dtype}  {' × '.join(map(str, thing.shape)) or 'one value'}")
        # Anything but None ends the walk.
        return True if len(entries) >= _ENTRIES else None

    with named(request) as path:
        try:
            with h5py.File(path, "r") as file:
                file.visititems(seen)
        except READERS_RAISE as error:
            raise FileUnreadable(request.name, "hdf5", "its content is damaged") from error
    return Preview(request.name, "other", request.size, text="\n".join(entries), members=tuple(entries))
