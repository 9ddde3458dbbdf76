"""A command as its user runs it, and a log for it to read."""

from pathlib import Path

import msgspec
from typer.testing import CliRunner, Result

from streams.cli.app import app

Lines = list[dict[str, object]]


def written(file: Path, lines: Lines) -> str:
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return str(file)


def throughline(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False, prog_name="throughline", env={"COLUMNS": "120"})
