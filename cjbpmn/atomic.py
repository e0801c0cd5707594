"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from cjbpmn.errors import NotWritten


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file so that at every moment either the old or the new one stands there.

    The bytes go into a temporary file in the same folder, to the disk, and then into place.
    A symbolic link stays a link; the permissions of an existing file are kept.

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
        if real.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        descriptor, temporary = tempfile.mkstemp(dir=real.parent, prefix=".cjbpmn-", suffix=".tmp")
    except OSError as error:
        raise NotWritten(f"cannot be written: {_reason(error)}", path=str(path)) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_mode(real))
        Path(temporary).replace(real)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise NotWritten(f"cannot be written: {_reason(error)}", path=str(path)) from error
        raise
    return target


def _mode(path: Path) -> int:
    """Return the permissions that a file has, or that a new one gets here."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
