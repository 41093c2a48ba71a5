"""`lci` and `python -m lci`: the command line, or, without a command, the app."""

from __future__ import annotations

import argparse

from lci import cli


def main() -> int:
    """Carry out the command line's words; the exit code."""
    return cli.main(open_app=_open_app)


def _open_app(options: argparse.Namespace) -> int:
    from lci.ui.serving import open_app

    return open_app(options)


if __name__ == "__main__":
    raise SystemExit(main())
