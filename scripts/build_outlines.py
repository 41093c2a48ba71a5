"""Make lci/ui/assets/outlines.zip from npm's plotly.js: `python -m scripts.build_outlines`; needs node and npm."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "3.7.0"
TARGET = Path(__file__).resolve().parents[1] / "lci" / "ui" / "assets" / "outlines.zip"
_PRINT = "global.window = global; console.log(JSON.stringify(require(process.argv[1]).topojson))"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "pack", "--silent", f"plotly.js@{VERSION}"], cwd=folder, check=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as package:
            package.extract("package/dist/plotly-geo-assets.js", folder, filter="data")
        module = folder / "package" / "dist" / "plotly-geo-assets.js"
        printed = subprocess.run(["node", "-e", _PRINT, str(module)], capture_output=True, check=True).stdout
        with zipfile.ZipFile(TARGET, "w") as archive:
            for each, outlines in sorted(json.loads(printed).items()):
                # A fixed time: the same outlines make the same file.
                entry = zipfile.ZipInfo(f"{each}.json", (2026, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                content = json.dumps(outlines, separators=(",", ":"))
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return 0


if __name__ == "__main__":
    sys.exit(main())
