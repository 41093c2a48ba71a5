"""What a model is asked about numbers of its answer that stand in no output (B57)."""

from __future__ import annotations

from collections.abc import Sequence

#: Numbers that are named.
_NAMED = 20


def compute_or_withdraw(numbers: Sequence[str]) -> str:
    """Asks to compute these or to withdraw them, and for nothing to be said twice."""
    named = ", ".join(numbers[:_NAMED]) + (f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else "")
    return (
        f"These numbers of your answer stand in no output, and your sentences do not say how they follow from numbers "
        f"that do: {named}. Compute each with code and print it, or withdraw it. Then say only what changes: the rest "
        "of your answer stays on the user's screen."
    )
