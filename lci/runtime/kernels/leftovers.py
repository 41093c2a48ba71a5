"""Files that were on their way into a workspace when their app was killed: removed at the next start."""

from __future__ import annotations

from pathlib import Path

import psutil

from lci.core.ids import is_conversation_id
from lci.core.ports import Leases
from lci.errors import ConversationInUse
from lci.workspace.workspace import Workspace


def own_start() -> float:
    """When this process began, in seconds since the epoch: what is older and unfinished is nobody's any more."""
    return psutil.Process().create_time()


def drop_leftovers(home: Path, leases: Leases) -> None:
    """Clear every workspace that no other process holds."""
    before = own_start()
    for root in (home / "workspaces").glob("*"):
        if not is_conversation_id(root.name) or not (workspace := Workspace(root)).leftovers(before):
            continue
        try:
            leases.lease(root.name)
        except ConversationInUse:
            continue
        try:
            workspace.drop_leftovers(before)
        finally:
            leases.release(root.name)
