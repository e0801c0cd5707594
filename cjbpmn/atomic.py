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
from typing import BinaryIO, Final

from cjbpmn.errors import NotWritten

_HERE: Final = f"{zlib.crc32(node().encode()):08x}"
"""This machine: elsewhere a process with the same number is another one."""

_TEMPORARY: Final = re.compile(r"\.cjbpmn-[0-9a-f]{8}-\d{1,9}-[0-9a-f]{8}\.tmp")
_ABANDONED_AFTER: Final = 3600.0
"""Seconds after which nobody is writing any more, whoever it was."""


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file so that at every moment either the old or the new one stands there.

    The bytes go into a temporary file in the same folder, to the disk, and then into place.
    A symbolic link stays a link; the permissions of an existing file are kept. A file with
    several names (hard links) is replaced under this one only. A read-only file is not replaced.
    What a writer that was killed left behind in the folder is removed.

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
        raise OSError(errno.EINVAL, "what stands there is no regular file")
    if not os.access(real, os.W_OK):
        # A rename would not ask.
        raise OSError(errno.EACCES, "the file is read-only")
    return found


def _replace(real: Path, data: bytes, old: os.stat_result | None) -> None:
    name = f".cjbpmn-{_HERE}-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    temporary = real.with_name(name)
    stream = _create(temporary, private=old is not None)
    try:
        with stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if old is not None:
            _copy_permissions(old, temporary)
        temporary.replace(real)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _create(temporary: Path, *, private: bool) -> BinaryIO:
    """Open a new file, readable for whom umask says, or for nobody else."""
    mode = 0o600 if private else 0o666
    try:
        return open(temporary, "xb", opener=lambda path, flags: os.open(path, flags, mode))
    except PermissionError as error:
        raise OSError(error.errno, "its folder is read-only") from error


def _copy_permissions(old: os.stat_result, temporary: Path) -> None:
    # The owner only where we may: somebody else's file becomes ours otherwise.
    with suppress(OSError, AttributeError):
        os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))


@cache
def _clear_litter(folder: Path) -> None:
    """Remove what killed writers left behind in a folder; look once, for it may be large."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name):
                _remove_abandoned(Path(entry))


def _remove_abandoned(temporary: Path) -> None:
    """Remove a temporary file that nobody is writing any more."""
    machine, process = temporary.name.split("-")[1:3]
    # Another writer may clear the same folder at the same time.
    with suppress(OSError):
        age = time.time() - temporary.lstat().st_mtime
        if age > _ABANDONED_AFTER or (machine == _HERE and _is_dead(int(process))):
            temporary.unlink()


def _is_dead(process: int) -> bool:
    if os.name != "posix":
        return False  # There the question would end the process.
    try:
        os.kill(process, 0)
    except OSError as error:
        return error.errno == errno.ESRCH
    return False
