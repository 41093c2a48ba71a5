"""One conversation made live."""
