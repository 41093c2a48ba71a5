"""Random logs that could have happened, and some that could not."""

from __future__ import annotations

from hypothesis import strategies as st

from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.files import Column, Preview, Table, WorkspaceFile
from lci.core.outputs import BlobRef, DisplayData, ErrorOutput, ExecuteResult, StreamOutput
from lci.core.remarks import Remark
from lci.core.turns import FileChange, Usage
from lci.errors import Problem

text = st.text(max_size=30)
ids = st.sampled_from(["call_a", "call_b", "call_c"])
turn_ids = st.sampled_from(["t1", "t2", "t3"])
cell_ids = ids | turn_ids | turn_ids.map(lambda turn: f"{turn}-said-1")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$", "$blob", "$$"]), inner, max_size=3)
    ),
    max_leaves=5,
)
blobs = st.builds(
    BlobRef, st.sampled_from(["aa" * 32, "bb" * 32]), st.integers(0, 10**9), st.sampled_from(["bytes", "text", "json"])
)
bundles = st.dictionaries(
    st.sampled_from(["text/plain", "image/png", "application/json"]), json_values | blobs, max_size=3
)
metadata = st.dictionaries(st.sampled_from(["width", "lci"]), json_values, max_size=2)
display_ids = st.none() | st.sampled_from(["d1", "d2"])
outputs = (
    st.builds(StreamOutput, st.sampled_from(["stdout", "stderr"]), text, st.integers(0, 5), st.none() | text)
    | st.builds(DisplayData, bundles, metadata, display_ids)
    | st.builds(ExecuteResult, bundles, metadata, st.none() | st.integers(1, 9), display_ids)
    | st.builds(ErrorOutput, text, text, st.lists(text, max_size=3).map(tuple))
)
problems = st.builds(Problem, text, st.dictionaries(text, st.none() | st.integers() | text, max_size=2))
tables = st.builds(
    Table,
    text,
    st.none() | st.integers(0, 99),
    st.booleans(),
    st.lists(st.builds(Column, text, text, st.none() | st.integers(0, 9)), max_size=3).map(tuple),
    st.lists(st.lists(st.none() | text | st.integers(), max_size=3).map(tuple), max_size=3).map(tuple),
)
previews = st.builds(
    Preview,
    text,
    st.sampled_from(["table", "other"]),
    st.integers(0, 99),
    tables=st.lists(tables, max_size=2).map(tuple),
    error=st.none() | problems,
)
files = st.builds(
    WorkspaceFile,
    st.sampled_from(["a.csv", "表.csv"]),
    st.integers(0, 99),
    st.floats(0, 1e9),
    st.sampled_from(["upload", "code"]),
    st.none() | previews,
)
file_changes = st.lists(
    st.builds(
        FileChange,
        st.sampled_from(["a.csv", "表.csv"]),
        st.integers(0, 99),
        st.sampled_from(["created", "changed", "removed"]),
        st.none() | blobs,
    ),
    max_size=2,
).map(tuple)
origins = st.sampled_from(["person", "continue", "import"])
authors = st.sampled_from(["model", "analyst", "person", "import"])
sharing = st.sampled_from(["full", "schema"])
masked = st.lists(text, max_size=2).map(tuple)
statuses = st.sampled_from(["ok", "error", "interrupted", "timeout", "died", "rejected"])

facts = st.dictionaries(st.sampled_from(["a", "$", "$$"]), json_values, max_size=2)
remarks = st.lists(st.builds(Remark, text, facts), max_size=2).map(tuple)

happenings = st.one_of(
    st.builds(
        e.TurnStarted,
        text,
        st.lists(text, max_size=2).map(tuple),
        st.none() | turn_ids,
        origins,
        text,
    ),
    st.builds(e.TextDelta, text, st.booleans(), authors),
    st.builds(e.ReasoningDelta, text),
    st.builds(e.CodeDelta, ids, text),
    st.builds(e.CellStarted, ids, text, authors, st.integers(0, 3)),
    st.builds(e.OutputAdded, ids, outputs),
    st.builds(e.OutputUpdated, st.sampled_from(["d1", "d2"]), bundles, metadata),
    st.builds(e.OutputsCleared, ids, st.booleans()),
    st.builds(e.CellFinished, ids, statuses, st.none() | st.integers(1, 9), st.none() | st.floats(0, 9), remarks),
    st.builds(e.ToolStarted, ids, text, text),
    st.builds(e.ToolFinished, ids, text),
    st.builds(e.RequestSent, text, st.none() | blobs, st.integers(0, 9), sharing, masked, st.integers(0, 9)),
    st.builds(e.RetryScheduled, st.integers(1, 3), st.floats(0, 9), problems),
    st.builds(
        e.UsageReported,
        st.builds(Usage, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.booleans(), st.integers(0, 9)),
        st.sampled_from(["", "m"]),
    ),
    st.builds(e.Summarised, text, turn_ids, st.integers(0, 9), sharing, masked),
    st.builds(e.ApprovalAsked, ids, text, st.lists(text, max_size=2).map(tuple)),
    st.builds(e.ApprovalGiven, ids, st.booleans(), text, text),
    st.builds(e.FileAdded, files),
    st.builds(e.FileChanged, files),
    st.builds(e.FilesBroughtBack, file_changes),
    st.builds(e.ChangesUndone, file_changes),
    st.builds(e.FileRemoved, st.sampled_from(["a.csv", "表.csv"])),
    st.builds(
        e.KernelChanged,
        st.sampled_from(["starting", "ready", "dead"]),
        st.sampled_from(["bubblewrap", "none"]),
        text,
        st.integers(0, 3),
        st.none() | problems,
    ),
    st.builds(e.CellInserted, ids, st.just("") | cell_ids, st.sampled_from(["code", "markdown"]), text),
    st.builds(e.CellEdited, cell_ids, text),
    st.builds(e.CellMoved, cell_ids, st.just("") | cell_ids),
    st.builds(e.CellDeleted, cell_ids, st.booleans()),
    st.builds(e.CellsReplayed, st.lists(ids, max_size=2).map(tuple), st.integers(1, 3)),
    st.builds(
        e.ConversationChanged,
        st.none() | text,
        st.none() | st.builds(ConversationSettings, text, sharing=sharing, masked=masked),
        st.none() | turn_ids,
        st.none() | st.booleans(),
        st.none() | st.booleans(),
        owner=st.none() | text,
    ),
    st.builds(e.Notice, text, st.dictionaries(text, st.none() | st.integers() | text, max_size=2)),
    st.builds(e.TurnEnded, st.sampled_from(["done", "stopped", "failed"]), st.none() | problems),
)


@st.composite
def logs(draw: st.DrawFn) -> list[e.Recorded]:
    made = draw(st.lists(st.tuples(st.none() | turn_ids, happenings), max_size=30))
    return [e.Recorded(n, float(n), "c" * 32, turn, e.SCHEMA, event) for n, (turn, event) in enumerate(made, 1)]
