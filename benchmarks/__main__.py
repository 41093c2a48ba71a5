"""`python -m benchmarks [p1 p3 …] [--json]`: one table of the budgets and what was measured for them."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable

import psutil
from playwright.sync_api import Error as PlaywrightError

from benchmarks import (
    p1_turn,
    p2_start,
    p3_browser,
    p4_streaming,
    p5_redraw,
    p6_flood,
    p7_files,
    p8_profile,
    p9_variables,
    p10_many,
    p11_memory,
    p12_long,
    p13_import,
    p14_stop,
    p15_understanding,
    p16_layouts,
    p18_data_page,
    p19_prefix,
    p20_elsewhere,
    p22_floods,
)
from benchmarks.report import Row, table

BUDGETS: dict[str, Callable[[], list[Row]]] = {
    "p1": p1_turn.measure,
    "p2": p2_start.measure,
    "p3": p3_browser.measure,
    "p4": p4_streaming.measure,
    "p5": p5_redraw.measure,
    "p6": p6_flood.measure,
    "p7": p7_files.measure_csv,
    "p8": p8_profile.measure,
    "p9": p9_variables.measure,
    "p10": p10_many.measure,
    "p11": p11_memory.measure,
    "p12": p12_long.measure,
    "p13": p13_import.measure,
    "p14": p14_stop.measure,
    "p15": p15_understanding.measure,
    "p16": p16_layouts.measure,
    "p17": p7_files.measure_parquet,
    "p18": p18_data_page.measure,
    "p19": p19_prefix.measure,
    "p20": p20_elsewhere.measure,
    "p22": p22_floods.measure,
}
_NAMED = ("streamlit", "openai", "jupyter_client", "ipykernel", "pyzmq", "playwright")


def machine(load: tuple[float, ...]) -> str:
    """Where and with what this was measured."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _NAMED)
    memory = psutil.virtual_memory().total / 2**30
    now = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return (
        f"{platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB; load average {load[0]:.1f} at the start, "
        f"{now} at the end; {platform.system()} {platform.release()}, Python {platform.python_version()}, {versions}"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("budget", nargs="*", choices=[*BUDGETS, []], help="those to measure; all by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    asked = parser.parse_args(arguments)
    # A key or setting of this shell must not reach the measured app.
    for name in [name for name in os.environ if name.startswith(("OPENAI", "LCI_"))]:
        del os.environ[name]
    load, began = os.getloadavg(), time.monotonic()
    rows: list[Row] = []
    failed: list[str] = []
    for name in asked.budget or BUDGETS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            rows += BUDGETS[name]()
        except (RuntimeError, TimeoutError, PlaywrightError) as error:
            # One that cannot be measured must not take the others with it.
            failed.append(f"{name} was not measured: {str(error).splitlines()[0]}")
    where = machine(load)
    seconds = time.monotonic() - began
    if asked.json:
        print(
            json.dumps(
                {"rows": [row.as_json() for row in rows], "failed": failed, "machine": where, "seconds": seconds},
                indent=1,
            )
        )
    else:
        print("\n\n".join([table(rows), *failed, f"{where}; {seconds:.0f} s."]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
