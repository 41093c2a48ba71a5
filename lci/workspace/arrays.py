"""Files of several arrays (HDF5, npz, MATLAB) by name, type and shape; nothing but their headers is read."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Sequence
from typing import Any

from lci.core.files import Preview
from lci.errors import FileUnreadable
from lci.workspace.request import Request, call, warning
from lci.workspace.returned import READERS_RAISE, named

_ENTRIES = 500


def hdf(request: Request, reader: str | None = None) -> Preview:
    """The tree of an HDF5 file."""
    if importlib.util.find_spec("h5py") is None:
        package = warning("reader_missing", package="h5py")
        return Preview(request.name, "other", request.size, warnings=(package,))
    import h5py

    entries: list[str] = []

    def seen(name: str, thing: Any) -> bool | None:  # Any: h5py has no types
        if isinstance(thing, h5py.Dataset):
            entries.append(_entry(name, thing.dtype, thing.shape))
        # Anything but None ends the walk.
        return True if len(entries) >= _ENTRIES else None

    with named(request) as path:
        try:
            with h5py.File(path, "r") as file:
                file.visititems(seen)
        except READERS_RAISE as error:
            raise FileUnreadable(request.name, "hdf5", "its content is damaged") from error
    return _tree(request, entries, reader)


def npz(request: Request) -> Preview:
    """The arrays of an npz; one of Python objects is named, and refused by the call."""
    import numpy as np

    entries = []
    try:
        with zipfile.ZipFile(request.path) as archive:
            for name in archive.namelist()[:_ENTRIES]:
                with archive.open(name) as member:
                    version = np.lib.format.read_magic(member)
                    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else (
                        np.lib.format.read_array_header_2_0
                    )  # fmt: skip
                    shape, _, dtype = read(member)
                entries.append(_entry(name.removesuffix(".npy"), dtype, shape))
    except READERS_RAISE as error:
        raise FileUnreadable(request.name, "npz", "its content is damaged") from error
    return _tree(request, entries, call("np.load", request.name))


def matlab(request: Request) -> Preview:
    """The variables of a MATLAB file; those of its newer form are HDF5."""
    with request.path.open("rb") as file:
        if file.read(10) == b"MATLAB 7.3":
            return hdf(request)
    import scipy.io

    with named(request) as path:
        try:
            variables = scipy.io.whosmat(path, appendmat=False)
        except READERS_RAISE as error:
            raise FileUnreadable(request.name, "matlab", "its content is damaged") from error
    entries = [_entry(name, kind, shape) for name, shape, kind in variables[:_ENTRIES]]
    return _tree(request, entries, call("scipy.io.loadmat", request.name))


def _entry(name: str, kind: object, shape: Sequence[int]) -> str:
    return f"{name}  {kind}  {' × '.join(map(str, shape)) or 'one value'}"


def _tree(request: Request, entries: Sequence[str], reader: str | None) -> Preview:
    return Preview(request.name, "other", request.size, text="\n".join(entries), members=tuple(entries), reader=reader)
