"""The composer."""

from __future__ import annotations

from lci.wording.words import Composer

COMPOSER = Composer(
    ask="Ask about your data, or drop files here",
    ask_next="Ask what comes next",
    stop="Stop",
    queued="Queued: {prompt}",
    take_back="Take back",
    variables_gone="Variables of earlier cells are gone.",
    changed_by_another_branch="Another version of this conversation changed {names}.",
    replay="Run those cells again",
    deleted="This conversation was deleted.",
    bring_back="Bring them back",
    start_clean="Start clean",
    replaying="Running earlier cells again: {done} of {of}",
    stale="{cells} used other values than the cells above give now.",
    run_stale="Run again what is affected",
    stale_limits="Read from the code: which cells use what others make. What a function or a method changes behind a "
    "name is not tracked.",
    out_of_date="out of date",
    overtime="Running for {time}. Wait for it?",
    wait_longer="Keep waiting",
)
