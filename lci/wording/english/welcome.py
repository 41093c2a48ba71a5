"""The first minute."""

from __future__ import annotations

from lci.wording.words import Welcome

WELCOME = Welcome(
    promise="Ask your data anything.",
    promise_detail="Drop in a file, ask in plain words. Python runs here, on your machine, in {kernel}.",
    kernel_places={
        "bubblewrap": "an isolated kernel",
        "landlock": "a partly isolated kernel",
        "rlimits": "a kernel that asks before each cell",
        "none": "a kernel that asks before each cell",
        "server": "a kernel on a Jupyter Server",
        "server_open": "a kernel elsewhere that asks before each cell",
    },
    analyst_notice=(
        "**Built-in analyst:** rule-based, works offline, not an AI model. {connect} for free-form questions."
    ),
    connect_model="Connect a model",
    try_sample="Try it with a sample",
    or_question="Or start from a question about the sample {sample}",
    quick_questions="Quick questions",
    quick_questions_help="Answered by the built-in analyst: fixed rules, not an AI model. They cost no tokens.",
    change_plan="Change",
    change_plan_help="What the question was understood to mean. Another choice asks it anew.",
)
