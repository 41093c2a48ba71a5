from __future__ import annotations

import logging
import sys

from lci.core.ids import new_conversation_id
from lci.runtime.config.keys import Redacting


def test_no_key_and_no_conversation_id_reaches_the_log_not_even_in_a_traceback() -> None:
    """B31"""
    key, conversation = "sk-planted-secret", new_conversation_id()
    formatter = Redacting([key, ""], "%(levelname)s %(message)s")
    try:
        raise ValueError(f"request with {key} for {conversation}")
    except ValueError:
        record = logging.LogRecord("lci", logging.ERROR, "", 0, "failed: %s", (key,), sys.exc_info())
    line = formatter.format(record)
    assert key not in line
    assert conversation not in line
    assert "ERROR failed: [key]" in line
    assert "ValueError: request with [key] for [conversation]" in line


def test_digests_and_words_stay() -> None:
    formatter = Redacting([], "%(message)s")
    record = logging.LogRecord("lci", logging.INFO, "", 0, "blob %s", ("ab" * 32,), None)
    assert formatter.format(record) == "blob " + "ab" * 32
