"""The protocols by name; another one is one module and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from lci.agent.protocols.fenced import FENCED
from lci.agent.protocols.form import Form
from lci.agent.protocols.schema import SCHEMA
from lci.agent.protocols.tools import TOOLS
from lci.core.ports import CodeProtocol

FORMS: Mapping[CodeProtocol, Form] = {"tools": TOOLS, "schema": SCHEMA, "fenced": FENCED}
