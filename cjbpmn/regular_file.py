"""Read a file that lies on a disk, and nothing that may never end."""

from __future__ import annotations

import stat
from pathlib import Path

from cjbpmn.errors import CjbpmnError


def read_regular_file(path: str, most: int, refuse: type[CjbpmnError], kind: str) -> bytes:
    """Read a file as a whole, or a byte more than there may be of it.

    Parameters
    ----------
    path : str
        The file.
    most : int
        How many bytes it may have; whoever asks refuses what is longer.
    refuse : type of CjbpmnError
        The error to raise.
    kind : str
        What should be named instead of a folder, a pipe or a device.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    CjbpmnError
        Of the kind that was asked for: if it cannot be read, or is no regular file.
    """
    try:
        # To open a pipe may wait for ever, and a device may have no end.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise refuse(f"this is not a regular file; name a {kind}", path=path)
        with Path(path).open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise refuse(f"cannot be read: {reason}", path=path) from error
