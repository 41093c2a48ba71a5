"""One program for each contestant, run by its own Python: `program URL JOB` prints one JSON object.

`seconds` are what was measured, `megabytes` the growth of its memory, `remark` what a number cannot say.
"""
