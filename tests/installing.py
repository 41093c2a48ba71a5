"""The wheel, in an environment of its own that borrows this one's libraries: quick, and without a network."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def wheel(folder: Path) -> Path:
    """The wheel, built by its own build backend."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (built,) = folder.glob("*.whl")
    return built


def installed(built: Path, folder: Path) -> Path:
    """The `lci` of a new environment in `folder` that holds nothing of its own but `built`."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=100)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--no-input"]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", str(built)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([str(python), "-c", purelib], check=True, capture_output=True, text=True, timeout=100)
    borrowed = "\n".join([*site.getsitepackages(), ""])
    (Path(found.stdout.strip()) / "borrowed.pth").write_text(borrowed, "utf-8")
    return programs / ("lci.exe" if os.name == "nt" else "lci")
