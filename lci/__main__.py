"""`python -m lci`."""

from lci.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
