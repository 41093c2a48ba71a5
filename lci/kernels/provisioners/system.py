"""What a kernel needs of the machine: settings that programs read, and the folders of its Python."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

#: What of /etc programs need: fonts, certificates, time zone, the linker's cache. No users, no hosts, and of
#: /etc/ssl and /etc/pki not their private keys.
SETTINGS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/localtime", "/etc/alternatives",
    "/etc/mime.types", "/etc/ca-certificates", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
)  # fmt: skip
#: The same for names on the network.
NETWORK_SETTINGS = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")
_PACKAGES = ("site-packages", "dist-packages")


def interpreter_prefixes() -> list[str]:
    """The folders of this Python: its environment and the installation under it, links resolved too.

    Where a `.pth` file adds another environment's packages (`--system-site-packages`, `uv run --with`), those as well;
    the person's own (`~/.local`) no kernel reads.
    """
    borrowed = {path for path in sys.path if Path(path).name in _PACKAGES and path != site.getusersitepackages()}
    found = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        os.path.realpath(sys.prefix),
        os.path.realpath(sys.base_prefix),
        *borrowed,
    }
    return sorted(prefix for prefix in found if prefix != "/usr" and Path(prefix).is_dir())
