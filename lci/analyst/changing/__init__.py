"""The other choices there are for each part of a plan, each a whole plan again."""

from lci.analyst.changing.changes import Choice, Part, changes, changes_of

__all__ = ["Choice", "Part", "changes", "changes_of"]
