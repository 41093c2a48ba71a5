"""Results of calls that could not be carried out."""

from __future__ import annotations

from lci.agent.protocols.forms import FORMS
from lci.core.ports import CodeProtocol

_UNUSABLE = {
    "unknown_tool": "There is no tool {detail!r}. {again}",
    "no_code": "The call held no code. {again}",
    "no_code_key": 'The arguments have no key "code" (found: {detail}). {again}',
    "malformed_arguments": "The arguments are not valid JSON, so nothing was run. {again}",
    "repeated_code": "This is exactly the code you sent before, so it was not run again; its result stands above. "
    "Send other code, or give your answer.",
    "code_too_long": "The code has {detail} characters, so nothing was run. Write shorter steps; read data from files "
    "instead of writing it into the code.",
    "code_in_reasoning": "You only thought about the code: nothing was said and nothing was run. {again}",
}


def unusable_call(reason: str, detail: str = "", protocol: CodeProtocol = "tools") -> str:
    """The result of a call that could not be carried out."""
    return _UNUSABLE[reason].format(detail=detail, again=FORMS[protocol].again)
