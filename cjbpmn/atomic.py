"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from platform import node
from typing import Final

from cjbpmn.errors import NotWritten

_HERE: Final = f"{zlib.crc32(node().encode()):08x}"
"""This machine: elsewhere a process with the same number is another one."""

_TEMPORARY: Final = re.compile(r"\.cjbpmn-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}\.tmp")
_ABANDONED_AFTER: Final = 3600.0
"""Seconds after which nobody is writing any more, whoever it was."""


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file so that at every moment either the old or the new one stands there.

    The bytes go into a temporary file in the same folder, to the disk, and then into place.
    A symbolic link stays a link; the permissions of an existing file are kept. A file with
    several names (hard links) is replaced under this one only. What a writer that was killed
    left behind in the folder is removed.

    Parameters
    ----------
    path : path
        The target.
    data : bytes
        Its new content.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    NotWritten
        If it cannot be written; the old file is whole and no temporary file is left.
    """
    target = Path(path)
    try:
        real = Path(os.path.realpath(target))
        old = _existing(real)
        _clear_litter(real.parent)
        _replace(real, data, old)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotWritten(f"cannot be written: {reason}", path=str(path)) from error
    return target


def _existing(real: Path) -> os.stat_result | None:
    """Return what is known of the file that is to be replaced, if we may replace it."""
    try:
        found = real.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        # A rename would put a file in the place of the folder, the pipe, the device.
        raise OSError(errno.EINVAL, "there is something else in its place: no regular file")
    if not os.access(real, os.W_OK):
        # A rename would not ask.
        raise OSError(errno.EACCES, "the file is read-only")
    return found


def _replace(real: Path, data: bytes, old: os.stat_result | None) -> None:
    name = f".cjbpmn-{_HERE}-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    temporary = real.with_name(name)
    # Nobody may read meanwhile who may not read the file; a new one is for whom umask says.
    mode = 0o666 if old is None else 0o600
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if old is not None:
            temporary.chmod(stat.S_IMODE(old.st_mode))
        temporary.replace(real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@cache
def _clear_litter(folder: Path) -> None:
    """Remove what killed writers left behind in a folder; look once, for it may be large."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _TEMPORARY.fullmatch(entry.name) and _is_abandoned(entry):
                Path(entry).unlink()


def _is_abandoned(temporary: os.DirEntry[str]) -> bool:
    """Tell whether nobody is writing a temporary file any more."""
    if time.time() - temporary.stat(follow_symlinks=False).st_mtime > _ABANDONED_AFTER:
        return True
    machine, process = temporary.name.split("-")[1:3]
    return machine == _HERE and os.name == "posix" and not _is_alive(int(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
