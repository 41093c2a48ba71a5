"""Base URLs: whether they are any, whether they are this machine, and how they are shown."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_local(base_url: str) -> bool:
    """Whether the address is this machine."""
    try:
        host = (urlsplit(base_url).hostname or "").lower()
        return host in ("localhost", "0.0.0.0") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(url: str) -> bool:
    """Whether that is an address of a web server."""
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_credentials(url: str) -> str:
    """`url` without a user, password or query, which may hold keys."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        return url.rpartition("@")[2].partition("?")[0]
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"
