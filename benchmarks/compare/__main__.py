"""`python -m benchmarks.compare`: ours beside bare jupyter_client, Open Interpreter and smolagents (P21).

The other two are installed from their packages, of the versions below, into environments of their own in this user's
cache folder. Each job runs in a process of its own, which is ended when it takes too long.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from benchmarks.__main__ import machine
from benchmarks.compare.model import model_process
from benchmarks.model import ROOT

JOBS = {
    "turn": "a turn of one round",
    "first": "the first turn of a new conversation",
    "stop": "Stop of a silent cell",
    "flood": "100 MB printed",
    "death": "a cell that ends its Python",
}
PACKAGES = {"open-interpreter": ("open-interpreter==0.4.3",), "smolagents": ("smolagents[openai]==1.26.0",)}
#: After so many seconds a job is given up.
PATIENCE = 120


@dataclass(frozen=True)
class Contestant:
    name: str
    program: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What a job brought; no `seconds` where it came to no end."""

    seconds: tuple[float, ...] = ()
    megabytes: float | None = None
    remark: str = ""

    def __str__(self) -> str:
        parts = [_short(statistics.median(self.seconds))] if self.seconds else []
        if len(self.seconds) > 1:
            parts.append(f"({_short(min(self.seconds))}–{_short(max(self.seconds))}, n={len(self.seconds)})")
        parts += [f"{self.megabytes:+.0f} MB"] if self.megabytes is not None else []
        return " ".join([*parts, *([f"*{self.remark}*"] if self.remark else [])])


def _short(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def installed(name: str) -> str:
    """The Python of an environment with that package, made when it is not there yet."""
    folder = Path(platformdirs.user_cache_dir("local-code-interpreter")) / "compare" / name
    python = folder / "bin" / "python"
    mark = folder / "installed"
    wanted = "\n".join(PACKAGES[name])
    if not mark.exists() or mark.read_text("utf-8") != wanted:
        print(f"installing {wanted} into {folder} …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        # Its older parts still look for pkg_resources, which the newest setuptools have not.
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "setuptools<81", *PACKAGES[name]], check=True)
        mark.write_text(wanted, "utf-8")
    return str(python)


def contestants() -> list[Contestant]:
    here = "benchmarks.compare.contestants"
    folder = ROOT / "benchmarks" / "compare" / "contestants"
    return [
        Contestant("ours", (sys.executable, "-m", f"{here}.ours")),
        Contestant("bare jupyter_client", (sys.executable, "-m", f"{here}.bare")),
        Contestant("Open Interpreter", (installed("open-interpreter"), str(folder / "open_interpreter.py"))),
        Contestant("smolagents", (installed("smolagents"), str(folder / "smolagents_agent.py"))),
    ]


def measured(contestant: Contestant, url: str, job: str) -> Result:
    """One job by one contestant, in a process, a folder and a HOME of its own."""
    with tempfile.TemporaryDirectory(prefix="lci-compare-") as home, tempfile.TemporaryFile() as log:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "LCI_"))}
        process = subprocess.Popen(
            [*contestant.program, url, job],
            cwd=ROOT if "-m" in contestant.program else home,
            env=kept | {"HOME": home, "NO_PROXY": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return Result(remark=f"no end within {PATIENCE} s")
        finally:
            # Kernels that were left behind, too.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").splitlines()
    for line in reversed(lines):
        if line.startswith('{"seconds"'):
            facts = json.loads(line)
            return Result(tuple(facts["seconds"]), facts["megabytes"], facts["remark"])
    if os.environ.get("COMPARE_VERBOSE"):
        print("\n".join(lines[-30:]), file=sys.stderr)
    return Result(remark=f"the program itself ended ({process.returncode})")


def table(results: dict[str, dict[str, Result]]) -> str:
    """One line a job, ratios to ours in brackets."""
    names = list(results)
    lines = [f"| job | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    for job in results["ours"]:
        ours = results["ours"][job]
        cells = []
        for name in names:
            result = results[name][job]
            ratio = ""
            if name != "ours" and result.seconds and ours.seconds:
                ratio = f" [{statistics.median(result.seconds) / statistics.median(ours.seconds):.1f} ×]"
            cells.append(f"{result}{ratio}")
        lines.append(f"| {JOBS[job]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("job", nargs="*", choices=[*JOBS, []], help="those to run; all by default")
    jobs = parser.parse_args().job or list(JOBS)
    load = os.getloadavg()
    results: dict[str, dict[str, Result]] = {}
    with model_process() as url:
        for contestant in contestants():
            results[contestant.name] = {}
            for job in jobs:
                print(f"{contestant.name}: {job} …", file=sys.stderr, flush=True)
                results[contestant.name][job] = measured(contestant, url, job)
    print(table(results), machine(load), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
