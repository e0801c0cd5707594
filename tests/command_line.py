"""What the tests of the command line share: small models, and ways to call it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
PLAIN = f'{HEAD}<process id="p"><task id="a" name="Ask"/></process></definitions>'
DANGLING = (
    f'{HEAD}<process id="p"><task id="a" name="Ask"/>\n'
    '<sequenceFlow id="f" sourceRef="a" targetRef="nowhere"/></process></definitions>'
)
TWICE = PLAIN.replace("</pro", '<task id="a" name="Tell"/></pro')
NAMESAKES = PLAIN.replace("</pro", '<task id="b" name="Ask"/></pro')
NO_PROCESS = f"{HEAD}</definitions>"
JOURNEY = "journey: Asking\nsteps:\n  - do: I ask\n    at: Ask\n    channel: phone\n"

Call = Callable[..., Result]


def pools(*names: str) -> str:
    """Give a model with one task in each pool, and a message from the first to the second."""
    participants = "".join(
        f'<participant id="pool{i}" name="{name}" processRef="p{i}"/>'
        for i, name in enumerate(names)
    )
    processes = "".join(
        f'<process id="p{i}"><task id="t{i}" name="Do {name}"/></process>'
        for i, name in enumerate(names)
    )
    message = '<messageFlow id="m" sourceRef="t0" targetRef="t1"/>'
    collaboration = f'<collaboration id="c">{participants}{message}</collaboration>'
    return f"{HEAD}{collaboration}{processes}</definitions>"


def process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "cjbpmn", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(EXAMPLES.parents[1])},
    )


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
