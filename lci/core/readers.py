"""The names that a preview's reading expression may use, and the lines that import them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

_IMPORTS: Mapping[str, str] = {
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "pa": "import pyarrow as pa",
    "pl": "import polars as pl",
    "duckdb": "import duckdb",
    "sqlite3": "import sqlite3",
    "json": "import json",
    "io": "import io",
    "gzip": "import gzip",
    "bz2": "import bz2",
    "lzma": "import lzma",
    "zipfile": "import zipfile",
    "tarfile": "import tarfile",
    "etree": "from lxml import etree",
    "scipy": "import scipy.io",
    "pyreadstat": "import pyreadstat",
    "fastavro": "import fastavro",
    "shapefile": "import shapefile",
}


def reader_imports(reader: str) -> tuple[str, ...]:
    """The import lines that the expression needs. Raises `SyntaxError` for what is no expression."""
    names = {node.id for node in ast.walk(ast.parse(reader, mode="eval")) if isinstance(node, ast.Name)}
    return tuple(line for name, line in _IMPORTS.items() if name in names)
