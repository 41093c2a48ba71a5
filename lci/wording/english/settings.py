"""The settings."""

from __future__ import annotations

from lci.wording.words import SettingsPage

SETTINGS = SettingsPage(
    models="Models",
    models_where="Kept in {path}, readable by you alone. OPENAI_API_KEY, OPENAI_BASE_URL and LCI_MODEL work too.",
    add_model="Add a model",
    edit_model="Edit",
    find_servers="Look for servers on this machine",
    server_here="{server} answers on this machine:",
    use_model="Use {model}",
    searching="Looking…",
    no_servers="No server of models answers on this machine's usual ports.",
    test_connection="Test connection",
    trying="Asking the model a few small questions…",
    works="It works.",
    tried="tried {day}",
    abilities={
        "tools": "calls tools",
        "schema": "keeps to a schema",
        "vision": "sees pictures",
        "usage": "counts tokens",
    },
    from_environment="From the environment",
    provider="Provider",
    base_url="Address",
    model_name="Model",
    model_name_help="The provider's own name for it; for Azure the deployment.",
    api_key="Key",
    key_kept="Kept as it is",
    more="More",
    label="Name to show",
    window_tokens="Tokens it can read (0: find out)",
    answer_tokens="Tokens of an answer at most (0: up to the server)",
    temperature="Temperature (empty: up to the server)",
    effort="Reasoning effort (empty: up to the server)",
    api_version="API version (older Azure addresses only)",
    proxy="Proxy (empty: as the system says; none: no proxy)",
    ca_file="File with certificates to trust",
    model_instructions="Your instructions for this model",
    model_instructions_help="It gets them with every question, in every conversation.",
    vision_model="Looks at pictures for it",
    vision_model_help="A model that looks at pictures for this one, and tells it in words what it sees.",
    no_vision_model="none",
    protocol="How it asks for code to be run",
    protocols={
        "tools": "It calls a tool",
        "schema": "It keeps to a JSON schema",
        "fenced": "It writes one block of code",
    },
    find_out="Find out",
    sees_images="Sees pictures",
    read_back="Reads its answers back",
    read_back_help="For models that fail often: the model compares the numbers of each answer with the outputs once "
    "more. It takes one request more.",
    sees={"": "Find out", "yes": "Yes", "no": "No"},
    headers="Extra headers, one a line",
    headers_help="As `Name: value`, sent with every request. {kept} keeps the value that is there; it is not shown.",
    price="about ${prompt} in, ${completion} out for a million tokens ({date})",
    looking_at="Looking at {image}",
    looked_at="Looked at {image}",
    looked_at_by="pictures by {model}",
    looked_at_by_nobody="no pictures: {model} is not there or does not see any",
    remove_legacy="Left out here; the file it comes from, config.json, stays as it is.",
    model_makes_no_sense="Some of this makes no sense: numbers must be numbers.",
    model_name_required="Write the model's name into the field Model, as the provider calls it.",
    save_and_test="Save and test",
    save_anyway="Save anyway",
    save_anyway_help="It is saved as it is; no conversation uses it until you choose it.",
    in_use_here="in use here",
    rule_based="Rule-based, not an AI model; works offline",
    key_set="key set",
    key_missing="no key",
    window="reads {tokens} tokens",
    this_conversation="This conversation",
    conversation_receipts="Trace the numbers of answers",
    conversation_receipts_help="Each number of an answer leads to the output it came from. One that is in no output is "
    "marked, and the model is asked once to compute or withdraw it. Nothing more leaves this machine for it.",
    this_conversation_scope="For every answer in this conversation, from the next request on.",
    conversation_instructions="Your instructions",
    conversation_instructions_hint="Prefer seaborn. Answer in two sentences. Lengths in metres.",
    conversation_temperature="Temperature (0–2)",
    temperature_hint="the model's own",
    temperature_makes_no_sense="The temperature must be a number from 0 to 2, or empty; nothing was saved.",
    conversation_effort="Reasoning effort",
    efforts={"": "the model's own", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high"},
    conversation_answer="Tokens of an answer (0: the model's own)",
    save="Save",
    saved="Saved.",
    running_your_code="Running code",
    approval="Before code runs",
    approvals={
        "auto": ("Run automatically", "Everything runs at once."),
        "risky": ("Ask when risky", "Deleting or overwriting files, installing, other programs, the network."),
        "always": ("Always ask", "Each cell waits for your Run."),
    },
    approval_scope="For this conversation.",
    approval_forced="Each cell asks first, because nothing isolates it on this machine.",
    kernel_facts={
        "isolation": "Isolation",
        "python": "Python",
        "limits": "Limits",
        "gaps": "Not kept there",
        "pauses": "Pauses",
        "idle": "Idle kernels",
    },
    network="Network for this conversation's code",
    network_help="A change means a new kernel: variables are lost, and earlier cells can be run again.",
    network_off="Off: code cannot reach the internet, nor services on this machine.",
    network_on=(
        "On: code can reach the internet and every service on this machine and its network, and send there what "
        "it reads."
    ),
    network_open="Open: nothing here keeps code from the network.",
    pauses=(
        "After {cells} cells, or {failures} failed attempts in a row; you are asked about a cell that runs longer than "
        "{seconds} s"
    ),
    kernel_server="Where this conversation's code runs",
    kernel_server_help="A change means a new kernel: variables are lost, and earlier cells can be run again.",
    this_machine="This machine",
    kernel_gaps={
        "isolation": "this app puts up no walls there",
        "limits": "memory, files, processes and time are limited by that server alone",
        "cause_of_death": "why a kernel ended is not known",
        "long_outputs": "the full text of very long outputs is not kept",
        "rate": "that server may leave out outputs that come too fast, and says so in them",
        "memory": "how much memory is used is not shown",
        "leftovers": "a copy of the files stays on that server, and a kernel too when this app is killed",
        "installing": "packages are installed on that server itself",
        "files": "that server shares no files: attached ones cannot be read there, and written ones do not come back",
    },
    environment="Python for this conversation's code",
    environment_help="A change means a new kernel: variables are lost, and earlier cells can be run again.",
    environment_reduced="Its ipykernel is {version}, older than the one this app is made for: details may differ.",
    own_environment="The app's own",
    isolation_means={
        "bubblewrap": "Code sees its own folder and Python, nothing else of this machine, and no other program.",
        "landlock": "Code reads and writes only its own folder and Python. It can see that other programs run.",
        "rlimits": "Code has your own rights; only its use of memory, disk and processes is limited.",
        "none": "Code has your own rights.",
        "server": "Code has the rights of that server's user; you have said that it is isolated there.",
        "server_open": "Code has the rights of that server's user, and can reach what that user can: each cell asks.",
    },
    levels={
        "bubblewrap": "bubblewrap",
        "landlock": "Landlock",
        "rlimits": "Limits of processes",
        "none": "No isolation",
    },
    level_refused="{level} is not in use: {reason}",
    limits="{memory} of memory, {workspace} of files, {processes} processes for each conversation",
    idle="Closed after {minutes} min without use; {kernels} at most at once",
    privacy="Privacy",
    privacy_builtin="The built-in analyst works inside the app: nothing leaves this machine.",
    privacy_builtin_alone="The built-in analyst works inside the app.",
    privacy_kernel=(
        "The code and the files themselves go to the Jupyter Server {server} at {host}, where a copy of the files "
        "stays."
    ),
    privacy_local=(
        "A server on this machine ({address}) gets {given}. Files themselves are never sent to it. What that server "
        "does with it is up to it."
    ),
    privacy_remote="{provider} gets {given}. Files themselves are never sent to it.",
    privacy_given={
        "full": (
            "your questions, the code and its outputs (shortened), figures and pictures if it sees, and of each "
            "attached file its name, size, columns, the values or ranges they hold, and a few rows"
        ),
        "schema": (
            "your questions, the code, and of each attached file its name, size, and its columns with their types"
        ),
    },
    sharing="What a model may see",
    sharings={
        "full": (
            "Everything the code prints",
            "Values and rows of files, outputs, error messages and figures go to the model.",
        ),
        "schema": (
            "Names, types and shapes only",
            "Of files and columns, and your own words. Values in samples, outputs, error messages and pictures stay "
            "here; the model can still write code that computes with them, and is told which cell failed with what "
            "kind of error.",
        ),
    },
    masked="Columns whose values stay here",
    masked_none="None",
    masked_means=(
        "While a column is chosen, pictures are not sent, and an output is withheld when the code that made it uses "
        "the column. Elsewhere, numbers and words equal to one of its values are replaced, and all numbers where an "
        "output names the column."
    ),
    masked_nowhere=(
        "No file here has a column {columns}, so its values are not known: until it is taken off the list, no value "
        "at all is sent."
    ),
    masked_unknown={
        "archive": "An archive among the files may hold the column, and is not looked into: as long as it is here, "
        "no value at all is sent. Attach what is in it instead.",
        "unread": "Not every value of these columns could be read (a file is too large, damaged, or holds too many "
        "different ones): no value at all is sent.",
        "changed": "A file was changed or removed before its values were read, and may be in memory still: no value at "
        "all is sent in this conversation.",
    },
    privacy_pictures="Pictures that it asks about go to {model} ({provider}).",
    privacy_scope=(
        "Both hold for this conversation, from the next request on. What was sent before cannot be taken back. A new "
        "conversation begun from here shares no more than this one. Both guard against what code shows by the way, "
        "not against code that is made to smuggle values out."
    ),
    privacy_scope_builtin="They take effect when a model is chosen in place of the built-in analyst.",
    about="About",
    about_facts={"versions": "Versions", "folder": "Data folder", "logs": "Log folder", "check": "Health check"},
)
