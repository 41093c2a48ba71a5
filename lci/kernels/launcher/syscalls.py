"""A filter of system calls: what no cell needs, what would lead around the other walls and what is newer is refused.

What the system learned after this list was made does not exist for a cell: programs fall back to what there was before.
Standard library only, old Pythons included. Namespaces do not cover sockets to the machine's own host (vsock), keys and
the kernel's programs; Landlock knows TCP only, and no sockets that lie in a folder.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

#: AUDIT_ARCH, then the numbers of: socket, seccomp, clone, and of what is refused, in the order of `_REFUSED`.
_MACHINES = {
    "x86_64": (0xC000003E, 41, 317, 56, (
        248, 249, 250, 321, 323, 425, 426, 427, 298, 304, 165, 166, 155, 429, 430, 432, 428, 442, 272, 308, 246, 175,
        313, 176, 310, 311, 101, 161, 163, 164, 167, 168, 169, 170, 171, 179, 212, 227, 300, 305, 312, 320, 103, 431,
        433, 438, 443,
    )),
    "aarch64": (0xC00000B7, 198, 277, 220, (
        217, 218, 219, 280, 282, 425, 426, 427, 241, 265, 40, 39, 41, 429, 430, 432, 428, 442, 97, 268, 104, 105,
        273, 106, 270, 271, 117, 51, 89, 170, 224, 225, 142, 161, 162, 60, 18, 112, 262, 266, 272, 294, 116, 431,
        433, 438, 443,
    )),
}  # fmt: skip
_REFUSED = (
    "add_key", "request_key", "keyctl", "bpf", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "perf_event_open", "open_by_handle_at", "mount", "umount2", "pivot_root", "move_mount", "fsopen", "fsmount",
    "open_tree", "mount_setattr", "unshare", "setns", "kexec_load", "init_module", "finit_module", "delete_module",
    "process_vm_readv", "process_vm_writev", "ptrace", "chroot", "acct", "settimeofday", "swapon", "swapoff", "reboot",
    "sethostname", "setdomainname", "quotactl", "lookup_dcookie", "clock_settime", "fanotify_init", "clock_adjtime",
    "kcmp", "kexec_file_load", "syslog", "fsconfig", "fspick", "pidfd_getfd", "quotactl_fd",
)  # fmt: skip
#: The newest call a cell may know, of Linux 6.1; numbers of another calling convention (x32) lie beyond it, too.
_NEWEST = 450
#: Its flags lie in memory, where a filter cannot see them: programs fall back to clone.
_CLONE3 = 435
#: A new namespace of mounts, cgroups, names, messages, users, processes or networks.
_NAMESPACES = 0x7E020000

_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _TCP = 1, 6
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_OF, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32
_FILTER_MODE, _ALL_THREADS = 1, 1

if TYPE_CHECKING:
    Instruction = tuple[int, int, int, int]


def refuse(*, network: bool, sandboxed: bool) -> None:
    """Refuse what no cell needs; without network, and outside a network namespace, all internet sockets but TCP.

    Raises `OSError` where that cannot be; nothing happens on a machine that is not known.
    """
    if known_machine():
        _install(_program((_UNIX, _INET, _INET6, _NETLINK), tcp_only=not network and not sandboxed))


def refuse_new_unix_sockets() -> None:
    """Refuse sockets in folders from now on: programs of the same user listen there that would do anything for it."""
    _install(_program((_INET, _INET6, _NETLINK), tcp_only=False))


def known_machine() -> bool:
    """Whether there is a filter for this processor."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def _program(families: Sequence[int], *, tcp_only: bool) -> list[Instruction]:
    architecture, socket, _, clone, refused = _MACHINES[platform.machine()]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_IF_EQUAL, 1, 0, architecture), _refusing(_ENOSYS),
        (_LOAD, 0, 0, _NUMBER), (_IF_AT_LEAST, 0, 1, _NEWEST + 1), _refusing(_ENOSYS),
        (_IF_EQUAL, 0, 1, _CLONE3), _refusing(_ENOSYS),
        (_IF_EQUAL, 0, 4, clone), (_LOAD, 0, 0, _FIRST), (_IF_ANY_OF, 0, 1, _NAMESPACES), _refusing(_EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    for number in refused:
        program += [(_IF_EQUAL, 0, 1, number), _refusing(_EPERM)]
    program += [(_IF_EQUAL, 1, 0, socket), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, _FIRST)]
    if tcp_only:
        # Other protocols than TCP, also those that look like streams, are not known to Landlock.
        for family in (_INET, _INET6):
            program += [
                (_IF_EQUAL, 0, 9, family), (_LOAD, 0, 0, _SECOND), (_AND, 0, 0, 0xF), (_IF_EQUAL, 1, 0, _STREAM),
                _refusing(_EPERM), (_LOAD, 0, 0, _THIRD), (_IF_EQUAL, 2, 0, 0), (_IF_EQUAL, 1, 0, _TCP),
                _refusing(_EPERM), (_RETURN, 0, 0, _ALLOW),
            ]  # fmt: skip
    for family in families:
        program += [(_IF_EQUAL, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    return [*program, _refusing(_EAFNOSUPPORT)]


def _refusing(error: int) -> Instruction:
    return (_RETURN, 0, 0, _REFUSE | error)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _install(program: list[Instruction]) -> None:
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    libc = ctypes.CDLL(None, use_errno=True)
    filtering = _Program(len(program), packed)
    number = _MACHINES[platform.machine()][2]
    if libc.syscall(number, _FILTER_MODE, _ALL_THREADS, ctypes.byref(filtering)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
