"""What can go wrong, as types: the class is the code, the fields are the facts, the sentences live in `lci.wording`.

The tree says who can mend it:

    LciError
    ├── InputProblem            the person gave something that cannot be used
    │   ├── FileProblem             a file of some name: FileMissing, FileNotRegular, FileEmpty, FileUndecodable,
    │   │                           FileUnreadable, FileKindRefused, FileNameRefused, FileTooSlow, FolderEmpty,
    │   │                           FolderTooLarge, InPlaceRefused, FileChanging, BundleRefused
    │   ├── InPlaceTooMany, PathRefused, QueryRefused, NotebookNotWritable, ExportFailed, ChartUndrawn, NothingAsked
    │   └── ArgumentUnusable, RecipeInputUnknown
    ├── ConfigurationProblem    a setting is missing or wrong
    │   └── ConfigUnreadable, VariableRefused, ModelNotConfigured, IsolationRequired, KernelServerUnknown
    ├── ProviderProblem         the model's server failed or refused
    │   ├── KeyRejected, AccessDenied, AddressWrong, NotAnApi, RedirectRefused, ModelUnknown, Unreachable, TimedOut
    │   ├── RateLimited, QuotaExceeded, Overloaded, StreamCut, AnswerEndless
    │   └── ContextExceeded, WindowTooSmall, ContentFiltered, RequestRefused, ProtocolRefused, ReplyUnreadable
    ├── KernelProblem           the place where code runs failed
    │   ├── KernelStartFailed, KernelServerFailed, KernelDied, EvaluationFailed, TableNotWritten
    │   └── EnvironmentWithoutKernel, TooManyKernels, VerificationFailed
    └── StorageProblem          the log or a workspace failed
        └── ConversationUnknown, ConversationInUse, ConversationDamaged, StoreUnwritable
"""

from __future__ import annotations

from lci.errors.problem import Fact as Fact, LciError as LciError, Problem as Problem
from lci.errors.provider import (
    AccessDenied as AccessDenied,
    AddressWrong as AddressWrong,
    AnswerEndless as AnswerEndless,
    ContentFiltered as ContentFiltered,
    ContextExceeded as ContextExceeded,
    KeyRejected as KeyRejected,
    ModelUnknown as ModelUnknown,
    NotAnApi as NotAnApi,
    Overloaded as Overloaded,
    ProtocolRefused as ProtocolRefused,
    ProviderProblem as ProviderProblem,
    QuotaExceeded as QuotaExceeded,
    RateLimited as RateLimited,
    RedirectRefused as RedirectRefused,
    ReplyUnreadable as ReplyUnreadable,
    RequestRefused as RequestRefused,
    StreamCut as StreamCut,
    TimedOut as TimedOut,
    Unreachable as Unreachable,
    WindowTooSmall as WindowTooSmall,
)


class InputProblem(LciError):
    """The person gave something that cannot be used."""


class FileProblem(InputProblem):
    """The file of that name cannot be used."""

    name: str


class FileMissing(FileProblem):
    """There is no file of that name."""


class FileNotRegular(FileProblem):
    """The path is a folder, a device, a pipe or a link that leads outside."""


class FileEmpty(FileProblem):
    """The file has no bytes, or nothing but blanks."""


class FileUndecodable(FileProblem):
    """No text encoding of the candidate list fits."""


class FileUnreadable(FileProblem):
    """The content is not what the file's format demands; `reason` is the reader's own word, one line."""

    format: str
    reason: str = ""


class FileKindRefused(FileProblem):
    """Reading this kind of file could run code (pickle and the like)."""

    format: str


class FileNameRefused(FileProblem):
    """Nothing usable is left of the name once separators and control characters are removed."""


class FolderEmpty(FileProblem):
    """The folder holds no files but those that are left out: hidden ones, links, devices."""

    left_out: int = 0


class FolderTooLarge(FileProblem):
    """The folder holds more files, or more to copy, than can be attached at once."""

    files: int
    gigabytes: int


class InPlaceRefused(FileProblem):
    """Nothing would keep code from changing the original at that level of isolation."""

    level: str


class InPlaceTooMany(InputProblem):
    """So many files are used in place at most."""

    files: int


class NothingAsked(InputProblem):
    """The conversation has no turn yet."""


class FileTooSlow(FileProblem):
    """The preview did not end in time; the file itself stays attached."""

    seconds: float


class FileChanging(FileProblem):
    """Code writes to the file whenever all of it is read."""


class QueryRefused(InputProblem):
    """A query is not carried out, for that cause; `about` is what it names, `words` are the engine's own."""

    cause: str
    about: str = ""
    words: str = ""


class BundleRefused(FileProblem):
    """The bundle is not taken in: `no_bundle`, of a `newer` version, `cut`, `too_large`, or with something wrong in it.

    That is a `member` that is missing or not listed, a `path` that leads out, a wrong `checksum`, or an `entry`.
    """

    cause: str


class PathRefused(InputProblem):
    """A path leads outside the folder it must stay in."""

    path: str


class NotebookNotWritable(InputProblem):
    """The notebook asked for cannot be written there."""

    path: str
    reason: str = ""


class ExportFailed(InputProblem):
    """The notebook has no file of that `form` here: a `package` or `browser` is missing, or `printing` failed."""

    form: str
    cause: str


class ChartUndrawn(InputProblem):
    """A chart has no picture of that `form`: it is too large or too slow, or what draws it is not installed."""

    form: str


class ArgumentUnusable(InputProblem):
    """An argument of the command line is not of the form that it must have."""

    argument: str
    given: str
    form: str


class RecipeInputUnknown(InputProblem):
    """The notebook uses no file of that name; `names` are those that it uses."""

    name: str
    names: str


class ConfigurationProblem(LciError):
    """A setting is missing or wrong."""


class ConfigUnreadable(ConfigurationProblem):
    """config.toml is not valid; `reason` names the line or the key."""

    path: str
    reason: str


class VariableRefused(ConfigurationProblem):
    """An environment variable of ours names no setting, or gives it a value it cannot have."""

    variable: str
    reason: str


class ModelNotConfigured(ConfigurationProblem):
    """No model of that id is configured; `known` lists those that are."""

    model: str
    known: str = ""


class IsolationRequired(ConfigurationProblem):
    """The policy demands isolation and the machine cannot give it; `reason` is the probe's own word."""

    reason: str


class KernelServerUnknown(ConfigurationProblem):
    """No Jupyter Server of that id is configured."""

    server: str


class KernelProblem(LciError):
    """The place where code runs failed."""


class KernelStartFailed(KernelProblem):
    """The kernel did not come up; `reason` is its last word."""

    reason: str = ""


class KernelServerFailed(KernelProblem):
    """A Jupyter Server gave no kernel, or no files; `cause` says why.

    It is `unreachable`, `timeout`, `token`, `no_jupyter` (it answers, but as something else), `missing`, `endless` or
    `refused`, with the `status` it answered; `not_isolated` where isolation is required and nobody vouches for it.
    """

    server: str
    host: str
    cause: str
    status: int = 0


class KernelDied(KernelProblem):
    """The kernel process ended; `cause` is `exited`, `crashed`, `out_of_memory`, `killed` or `unresponsive`.

    Elsewhere it is `ended_elsewhere`, which is all that server says, or `server_lost`.

    Ended by the app for using too much, it is `memory_limit`, `disk_limit`, `too_many_processes` or `cpu_limit`, and
    `limit` says how much is allowed: MB, MB, a number, seconds. `memory_mb` is what it used shortly before.
    """

    cause: str
    exit_code: int | None = None
    signal: int | None = None
    memory_mb: int | None = None
    limit: int | None = None


class EvaluationFailed(KernelProblem):
    """A silent evaluation failed or took too long."""

    reason: str = ""


class TableNotWritten(KernelProblem):
    """A table in memory did not become a file, for that cause: `gone`, `refused` by its format, `missing` or `size`."""

    name: str
    form: str
    cause: str


class EnvironmentWithoutKernel(KernelProblem):
    """That Python has no ipykernel; `command` installs it."""

    python: str
    command: str


class TooManyKernels(KernelProblem):
    """As many kernels work at once as are allowed."""

    limit: int


class VerificationFailed(KernelProblem):
    """A notebook could not be run again: the run was `ended`, its `output` or its `files` were too much."""

    cause: str


class StorageProblem(LciError):
    """The log or a workspace failed."""


class ConversationUnknown(StorageProblem):
    """No conversation of that id is stored."""


class ConversationInUse(StorageProblem):
    """Another server or command holds this conversation's lease."""


class ConversationDamaged(StorageProblem):
    """Something in the conversation's log cannot be read; `entries` before it can."""

    entries: int


class StoreUnwritable(StorageProblem):
    """The data folder cannot be written; `reason` is the system's own word."""

    path: str
    reason: str = ""
