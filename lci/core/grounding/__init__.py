"""Numbers in prose and the outputs they came from (B57)."""
