"""The sidebar."""

from __future__ import annotations

from lci.wording.words import Sidebar

SIDEBAR = Sidebar(
    new_conversation="New conversation",
    days={"today": "Today", "yesterday": "Yesterday", "week": "Last week", "earlier": "Earlier"},
    model="Model",
    offline="offline",
    on_this_machine="this machine",
    chat="Chat",
    data="Data",
    notebook="Notebook",
    conversations="Conversations",
    settings="Settings",
    kernel="Kernel",
    kernel_status={
        "absent": "Kernel starts when needed",
        "starting": "Kernel starting",
        "ready": "Kernel ready",
        "busy": "Kernel busy",
        "dead": "Kernel ended",
        "stopped": "Kernel stopped",
    },
    isolation={
        "bubblewrap": "Isolated: files, network, processes",
        "landlock": "Partly isolated: files",
        "rlimits": "Not isolated: each cell asks first",
        "none": "Not isolated: each cell asks first",
        "server": "On {host}, behind its own walls",
        "server_open": "On {host}, not isolated by this app",
    },
    restart_kernel="Restart kernel",
    interrupt_kernel="Interrupt cell",
    context="Context {used} of {window}",
    context_shortened="To fit into the window, the last request was sent with {what}. You still see everything.",
    context_results="{count} earlier results shortened",
    context_rounds="{count} earlier steps left out",
    context_summary="a summary in place of the first steps",
)
