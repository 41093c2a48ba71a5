"""What a model may call beside code: offered, understood, carried out. A further tool is one module and a line here."""

from __future__ import annotations

import ast
import json
from collections.abc import AsyncIterator, Mapping

from lci.agent.tools.execute_code import code_carried_out
from lci.agent.tools.inquire_image import InquireImage
from lci.agent.turn_context import TurnContext, TurnTool
from lci.core import events as e
from lci.core.code.parsing import parsed
from lci.core.ports import RequestedCall, Tool
from lci.core.privacy.veil import Veil

#: The tools of every turn.
TOOLS: tuple[TurnTool, ...] = (InquireImage(),)


def offered(context: TurnContext, veil: Veil) -> tuple[TurnTool, ...]:
    """The tools that the model of this turn may call now, beside `execute_code`."""
    return tuple(tool for tool in context.tools if tool.is_offered(context, veil))


async def carried_out(context: TurnContext, call_id: str, call: RequestedCall, veil: Veil) -> AsyncIterator[e.Event]:
    """What comes of a call: of an offered tool if it means one, else of code."""
    for tool in offered(context, veil):
        arguments = arguments_for(tool.offer, call)
        if arguments is not None:
            async for event in tool.carried_out(context, call_id, call, arguments):
                yield event
            return
    async for event in code_carried_out(context, call_id, call, veil):
        yield event


def arguments_for(tool: Tool, call: RequestedCall) -> Mapping[str, str] | None:
    """The arguments by name if `call` means `tool`: a call of its own, or the only line of code; else None.

    A call of its own whose arguments cannot be read has none of them.
    """
    is_call = call.name.strip().lower().removeprefix("functions.") == tool.name
    try:
        arguments = json.loads(call.arguments, strict=False)
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        return {} if is_call else None
    if is_call:
        return {name: str(value) for name, value in arguments.items() if value is not None}
    source = arguments.get("code")
    return _called_in_code(tool, source) if isinstance(source, str) and tool.name in source else None


def _called_in_code(tool: Tool, source: str) -> dict[str, str] | None:
    """`inquire_image("a.png", "what?")`, perhaps printed or assigned, and nothing else."""
    tree = parsed(source)
    body = tree.body if tree is not None else []
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print" and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name) or value.func.id != tool.name:
        return None
    given = dict(zip(tool.parameter_names, value.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    return {name: str(node.value) for name, node in given.items() if isinstance(node, ast.Constant)}
