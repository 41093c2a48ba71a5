"""English, by screen."""

from __future__ import annotations

from lci.wording.english.composer import COMPOSER
from lci.wording.english.conversations import CONVERSATIONS
from lci.wording.english.data import DATA
from lci.wording.english.exports import EXPORTS
from lci.wording.english.files_tab import FILES_TAB
from lci.wording.english.notebook import NOTEBOOK
from lci.wording.english.panel import PANEL
from lci.wording.english.problems import PROBLEMS, UNKNOWN_PROBLEM, WARNING_OF_SHEETS, WARNINGS
from lci.wording.english.profile import PROFILE
from lci.wording.english.receipts import RECEIPTS
from lci.wording.english.settings import SETTINGS
from lci.wording.english.sidebar import SIDEBAR
from lci.wording.english.trouble import TROUBLE
from lci.wording.english.turns import TURNS
from lci.wording.english.welcome import WELCOME
from lci.wording.words import Words

ENGLISH = Words(
    app="Local Code Interpreter",
    welcome=WELCOME,
    sidebar=SIDEBAR,
    composer=COMPOSER,
    turns=TURNS,
    panel=PANEL,
    files_tab=FILES_TAB,
    data=DATA,
    exports=EXPORTS,
    profile=PROFILE,
    notebook=NOTEBOOK,
    conversations=CONVERSATIONS,
    settings=SETTINGS,
    receipts=RECEIPTS,
    trouble=TROUBLE,
    problems=PROBLEMS,
    unknown_problem=UNKNOWN_PROBLEM,
    warnings=WARNINGS,
    warning_of_sheets=WARNING_OF_SHEETS,
)
