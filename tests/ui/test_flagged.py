"""What an answer names and what its code wrote elsewhere is said where it is not there (B10)."""

from __future__ import annotations

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.remarks import Remark
from lci.core.turns import Cell, Turn
from lci.ui.flagged import lost_files


def test_a_file_written_outside_is_lost_unless_one_of_its_name_came_in() -> None:
    outside = Remark("outside_files", {"paths": ["/tmp/a.csv", "/tmp/b.csv", "/tmp/a.csv"]})
    turn = Turn("t", None, "p", steps=(Cell("c", "code", remarks=(outside,)), Cell("d", "more", remarks=(outside,))))
    assert lost_files(Conversation("c"), turn) == ("/tmp/a.csv", "/tmp/b.csv")
    kept = {"out/b.csv": WorkspaceFile("out/b.csv", 1, 0.0, "code")}
    assert lost_files(Conversation("c", files=kept), turn) == ("/tmp/a.csv",)
