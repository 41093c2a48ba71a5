"""P16: the layout of delimited files, beside DuckDB, CleverCSV, csv.Sniffer, frictionless and pandas in one run.

A file counts where the names and every cell are those that it was made from, as texts. CleverCSV and frictionless are
installed into an environment of their own in this user's cache folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import platformdirs

from benchmarks.layouts.pollution import KINDS, Gold, Polluted, files
from benchmarks.layouts.readers import APART, Read, by_duckdb, by_pandas, by_sniffer
from benchmarks.report import Row, Sample

OURS = "ours"
HERE: dict[str, Callable[[Path], Read]] = {"DuckDB": by_duckdb, "csv.Sniffer": by_sniffer, "pandas": by_pandas}
PACKAGES = ("clevercsv==0.8.5", "frictionless==5.21.0")
ROOT = Path(__file__).resolve().parents[1]


def by_us(path: Path) -> Read:
    """The call that is told, its cells as texts."""
    from lci.workspace.calls import call_in
    from lci.workspace.preview import preview

    call = call_in(preview(path, path.name).reader or "")
    assert call is not None
    layout = call.with_(dtype=str, keep_default_na=False, na_filter=False)
    # What is read as a date is no text any more.
    bare = {
        name: value
        for name, value in layout.arguments.items()
        if name not in ("parse_dates", "date_format", "na_values")
    }
    frame = type(call)(call.function, bare).frame(path.read_text("utf-8-sig"))
    rows = [["" if cell != cell else str(cell) for cell in row] for row in frame.to_numpy().tolist()]
    return list(map(str, frame.columns)), rows


def scores() -> dict[str, dict[str, list[bool]]]:
    """Tool → kind of pollution → whether each file of it was read as it was made."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory(prefix="lci-layouts-") as folder:
        made = {f"{number:04}.csv": each for number, each in enumerate(files())}
        for name, each in made.items():
            (Path(folder) / name).write_text(each.content, "utf-8", newline="")
        apart = _apart(Path(folder))
        for name, each in made.items():
            for tool, read in {OURS: by_us, **HERE}.items():
                found[tool][each.kind].append(_is_right(_answer(read, Path(folder) / name), each))
            for tool in APART:
                answer = apart[name][tool]
                found[tool][each.kind].append(_is_right(None if answer is None else (answer[0], answer[1]), each))
    return found


def measure() -> list[Row]:
    found = scores()
    shares = {
        tool: 100 * sum(map(sum, kinds.values())) / sum(map(len, kinds.values())) for tool, kinds in found.items()
    }
    others = {tool: share for tool, share in shares.items() if tool != OURS}
    best = max(others, key=lambda tool: others[tool])
    rows = [_row("all kinds", shares[OURS], others[best], f"the best of the others, {best}:", "the best")]
    rows += [
        _row(f"… {tool}", share, None, "", "") for tool, share in sorted(others.items(), key=lambda each: -each[1])
    ]
    last = []
    for kind in KINDS:
        per = {tool: sum(kinds[kind]) / len(kinds[kind]) for tool, kinds in found.items()}
        if per[OURS] < 1 and per[OURS] <= min(share for tool, share in per.items() if tool != OURS):
            last.append(kind)
        if per[OURS] < 1:
            rows.append(
                _row(f"… {kind}", 100 * per[OURS], 100 * max(v for t, v in per.items() if t != OURS), "best:", "")
            )
    rows.append(_row("kinds in which we are last", float(len(last)), None, ", ".join(last), "none"))
    return rows


def _row(what: str, ours: float, reference: float | None, said: str, limit: str) -> Row:
    other = None if reference is None else Sample((reference,), "%")
    met = None if not limit else (ours > (reference or 0) if reference is not None else ours == 0)
    return Row("P16", what, Sample((ours,), "%" if limit != "none" else "kinds"), other, said, limit, met)


def _answer(read: Callable[[Path], Read], path: Path) -> Read | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(path)
    except Exception:  # noqa: BLE001  # whatever a tool raises, it has no answer
        return None


def _is_right(answer: Read | None, made: Polluted) -> bool:
    if answer is None:
        return False
    names, rows = answer
    return Gold(tuple(names), tuple(map(tuple, rows))) == made.gold


def _apart(folder: Path) -> dict[str, dict[str, Read | None]]:
    environment = Path(platformdirs.user_cache_dir("local-code-interpreter-benchmarks")) / "layouts"
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    done = subprocess.run(
        [str(python), "-W", "ignore", "-m", "benchmarks.layouts.readers", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers: dict[str, dict[str, Read | None]] = json.loads(done.stdout)
    return answers
