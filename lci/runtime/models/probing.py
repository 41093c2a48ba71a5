"""Trying a model that is configured or about to be: what "Test connection" does."""

from __future__ import annotations

from dataclasses import replace

from lci.agent.prompts import probing_questions as asks
from lci.agent.protocols.schema import ANSWER_SCHEMA
from lci.agent.tools.code_calls import EXECUTE_CODE
from lci.models.capabilities import Capabilities
from lci.models.openai_chat import OpenAIChat
from lci.models.probe import OnePicture, Questions, probed
from lci.runtime.config.settings import ModelSettings
from lci.runtime.models.catalogue import connection, profile, wishes
from lci.runtime.models.facts import ModelFacts

#: Tokens of one answer: thinking takes some, and a model that never stops must.
_ANSWER_TOKENS = 2_000
#: Seconds without a byte; a local server may have to load the model first.
_PATIENCE = 120.0

_QUESTIONS = Questions(
    asks.SYSTEM,
    asks.GREETING,
    asks.CALLS,
    EXECUTE_CODE,
    asks.ANSWER,
    ANSWER_SCHEMA,
    asks.PICTURE,
    asks.COLOURS,
)


async def probe(settings: ModelSettings, model_facts: ModelFacts | None = None) -> Capabilities:
    """What the model that `settings` describe can do, kept in `model_facts` when that is given.

    Raises the `ProviderProblem` that a turn would end with.
    """
    model = OpenAIChat(
        connection(settings),
        replace(profile(settings), sees_images=True),
        wishes=replace(wishes(settings), max_output_tokens=settings.max_output_tokens or _ANSWER_TOKENS),
        blobs=OnePicture(),
        read_timeout=_PATIENCE,
    )
    try:
        found = await probed(model, _QUESTIONS)
    finally:
        await model.close()
    if model_facts is not None:
        model_facts.tried(settings, found)
    return found
