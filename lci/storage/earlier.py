"""What earlier versions wrote, as this one would have written it: one step for each schema."""

from __future__ import annotations

import json

#: Where the type says that a blob comes, schema 1 marked it as in a bundle. Only a key can stand so in JSON text.
_WITH_A_BLOB = frozenset({"RequestSent", "FileAdded", "FileChanged"})

#: Events of a cell, which schema 1 knew by the call it came from; that field stands first.
_OF_A_CELL = frozenset(
    {"CodeDelta", "CellStarted", "OutputAdded", "OutputsCleared", "CellFinished", "ApprovalAsked", "ApprovalGiven"}
)


def upcast(type_name: str, text: str) -> str:
    """The fields of an event of schema 1, as JSON, in the form of schema 2."""
    if type_name in _OF_A_CELL and text.startswith('{"call_id"'):
        text = text.replace('"call_id"', '"cell_id"', 1)
        return _with_remarks(text) if type_name == "CellFinished" and '"note"' in text else text
    return text.replace('"$blob":', '"digest":') if type_name in _WITH_A_BLOB else text


def _with_remarks(text: str) -> str:
    """A sentence for the model becomes a remark that says it; a person's reason stood in `ApprovalGiven`, too."""
    fields = json.loads(text)
    note = fields.pop("note", "")
    if note and fields.get("status") != "rejected":
        fields["remarks"] = [{"code": "noted", "facts": {"text": note}}]
    return json.dumps(fields)
