"""Where the links of a model's prose lead: to a file of the workspace, to a place of this machine, or into the web."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

#: What is a file's name although it has blanks: no Markdown, but what models write.
_SPACED = (
    r"(?:[^()<>\n]|\([^()\n]*\))+?\."
    r"(?:csv|tsv|txt|md|json|xlsx?|parquet|png|jpe?g|gif|svg|pdf|html|ipynb|zip|docx|pptx)"
)
#: What a link leads to, in angle brackets or with brackets in pairs, and its title.
_DESTINATION = (
    rf"\(\s*(<[^<>\n]*>|(?:[^()<>\s]|\([^()\s]*\))+|{_SPACED})(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"
)
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]{_DESTINATION}")
_LINK = re.compile(rf"(\[[^\[\]]*)?\]{_DESTINATION}")
#: The line that says where `[text][label]` leads.
_DEFINITION = re.compile(r"^( {0,3}\[[^\[\]\n]+\]:\s*)(<[^<>\n]*>|[^\s<>]+)", re.MULTILINE)
_BARE = re.compile(r"<((?:sandbox|attachment|file|computer):[^<>\s]+)>|(?<![(\w])(sandbox:/mnt/data/[^\s)`]+)")
#: A path as code and prose write it, outside any link.
_MENTION = re.compile(r"(?:sandbox:)?/mnt/data/([^\s)`\"'<>\]]+)")

#: How models name a file that they made, whatever the program around them is.
_SCHEME = re.compile(r"(sandbox|attachment|file|computer):(/*)", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][\w+.-]+:", re.IGNORECASE)
_DATA = "mnt/data/"
#: First folders of a machine's paths; anything else behind `sandbox:/` is a file's name.
_MACHINE = frozenset({"tmp", "home", "root", "var", "opt", "Users", "etc", "usr", "mnt", "private"})
_HOST = re.compile(r"www\.|[\w-]+\.[\w.-]+/")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")


@dataclass(frozen=True, slots=True)
class Target:
    """A file of the workspace by its name, or a path to which no link of the page leads."""

    name: str
    in_workspace: bool


def target(destination: str) -> Target | None:
    """What of this machine a link's destination names; None for the web, a place on the page and the app's own."""
    text = destination[1:-1] if destination.startswith("<") else destination
    if (scheme := _SCHEME.match(text)) is not None:
        path = unquote(text[scheme.end() :])
        is_absolute = bool(scheme[2]) and (scheme[1].lower() in {"file", "computer"} or path.split("/")[0] in _MACHINE)
        return _placed(f"/{path}" if is_absolute else path)
    if text.startswith(("//", "#", "?", "/app/static/")) or _OTHER_SCHEME.match(text) or _HOST.match(text):
        return None
    return _placed(unquote(re.split(r"[#?]", text, maxsplit=1)[0].removeprefix("./")))


def _placed(path: str) -> Target | None:
    name = path.removeprefix("/").removeprefix(_DATA) if path.removeprefix("/").startswith(_DATA) else path
    if not name.strip():
        return None
    inside = not (name.startswith("/") or name.endswith("/") or "\\" in name or ".." in name.split("/"))
    return Target(name, inside)


def resolved(text: str, base: str, image: Callable[[str, str], str]) -> str:
    """Prose in which names of workspace files are links below `base`, and other paths of the machine are words.

    `image` writes a picture from its caption and the file's name; other pictures stay as they are.
    """

    def pictured(match: re.Match[str]) -> str:
        place = target(match[2])
        if place is None:
            return match.group()
        return image(match[1], place.name) if place.in_workspace and _is_picture(match[2], place.name) else match[1]

    def linked(match: re.Match[str]) -> str:
        place = target(match[2])
        if place is None or (base and match[2].startswith(base)):
            return match.group()
        if place.in_workspace:
            return f"{match[1] or ''}]({_address(base, place.name)})"
        return match[1][1:] if match[1] is not None else match.group()

    def defined(match: re.Match[str]) -> str:
        place = target(match[2])
        return f"{match[1]}{_address(base, place.name)}" if place is not None and place.in_workspace else match.group()

    def bare(match: re.Match[str]) -> str:
        place = target(match[1] or match[2])
        if place is None or not place.in_workspace:
            return f"`{place.name}`" if place is not None and "`" not in place.name else match.group()
        return f"[{_plain(place.name)}]({_address(base, place.name)})"

    text = _IMAGE.sub(pictured, text)
    text = _DEFINITION.sub(defined, text)
    return _BARE.sub(bare, _LINK.sub(linked, text))


def targets(text: str) -> Iterator[Target]:
    """What of this machine the links and pictures of a piece of prose lead to, pictures of other places left out."""
    for match in _IMAGE.finditer(text):
        place = target(match[2])
        if place is not None and (not place.in_workspace or _is_picture(match[2], place.name)):
            yield place
    for pattern in (_DEFINITION, _LINK):
        for match in pattern.finditer(_IMAGE.sub("", text)):
            if (place := target(match[2])) is not None:
                yield place
    for match in _BARE.finditer(text):
        if (place := target(match[1] or match[2])) is not None:
            yield place


def mentions(text: str) -> Iterator[str]:
    """The names of files that stand in a text by the path that models know them by."""
    return (unquote(name).rstrip(".,;:") for name in _MENTION.findall(_LINK.sub(" ", text)))


def _is_picture(destination: str, name: str) -> bool:
    return name.lower().endswith(_PICTURES) or _SCHEME.match(destination) is not None or _DATA in destination


def _address(base: str, name: str) -> str:
    return base + quote(name, safe="/")


def _plain(name: str) -> str:
    return re.sub(r"[\[\]\\`<>*_]", lambda mark: f"\\{mark[0]}", name)
