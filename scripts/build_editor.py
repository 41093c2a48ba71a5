"""Make lci/ui/assets/editor.js of scripts/editor: `python -m scripts.build_editor`; needs npm.

Versions are those of package-lock.json; `--update` writes it anew. The first line of the bundle says what it was made
of, and a test holds it to that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "scripts" / "editor"
TARGET = ROOT / "lci" / "ui" / "assets" / "editor.js"
#: What decides about the bundle.
PARTS = ("editor.js", "package.json", "package-lock.json")
#: No address of where packages come from stands in the lock.
_NPM = ("--no-audit", "--no-fund", "--ignore-scripts", "--omit-lockfile-registry-resolved")


def made_of() -> str:
    """The SHA-256 of the editor's source and its lock."""
    digest = hashlib.sha256()
    for name in PARTS:
        digest.update(name.encode() + b"\0" + (SOURCE / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _notices(folder: Path) -> str:
    """The licences of the packages in the bundle, each text once with those it is of."""
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    owners: dict[str, list[str]] = {}
    for place, facts in sorted(lock.items()):
        if not place or facts.get("dev"):
            continue
        (licence,) = [path for path in (folder / place).iterdir() if path.name.upper().startswith("LICENSE")]
        owners.setdefault(licence.read_text("utf-8").strip(), []).append(
            f"{place.removeprefix('node_modules/')} {facts['version']}"
        )
    return "\n\n".join(f"{', '.join(names)}\n\n{text}" for text, names in owners.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="take the newest versions that package.json allows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            if (SOURCE / part).exists():
                shutil.copy(SOURCE / part, folder)
        if options.update:
            (folder / "package-lock.json").unlink(missing_ok=True)
        subprocess.run(["npm", "install" if options.update else "ci", *_NPM], cwd=folder, check=True)
        if options.update:
            shutil.copy(folder / "package-lock.json", SOURCE)
        command = [
            "node_modules/.bin/esbuild", "editor.js", "--bundle", "--minify", "--format=esm", "--target=es2021",
            "--charset=utf8", "--legal-comments=none", "--outfile=bundle.js",
        ]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True)
        bundle = (folder / "bundle.js").read_text("utf-8")
        notices = _notices(folder).replace("*/", "* /")
        TARGET.write_text(f"// made of {made_of()}\n/*!\n{notices}\n*/\n{bundle}", "utf-8", newline="\n")
    print(f"{TARGET.stat().st_size:,} bytes")  # noqa: T201  # what a developer asks for
    return 0


if __name__ == "__main__":
    sys.exit(main())
