"""``python -m cjbpmn``: the command line."""

from __future__ import annotations

from cjbpmn.cli import main

if __name__ == "__main__":
    main()
