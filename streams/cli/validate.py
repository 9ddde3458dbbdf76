import sys

import typer

from streams.cli.options import Logs
from streams.cli.trouble import Exit


def validate(logs: Logs) -> None:
    """Tell which events would be refused, line by line.

    Each refused event is one line: file:line: class: field: reason. Ends with 1 if there is any.

    [dim]Examples:[/dim]

      throughline validate chat.jsonl

      my-exporter | throughline validate - && echo all fine
    """
    from schemas.decode import decode
    from schemas.touchpoint import Refused
    from streams.logs.file import PARTITIONS, placed, read_lines

    read = refused = 0
    for record in placed(read_lines(logs), PARTITIONS):
        read += 1
        found = decode(record)
        if isinstance(found, Refused):
            refused += 1
            where = f"{record.file}:{record.line}: {found.error_class}"
            sys.stdout.write(f"{where}: {found.field}: {found.reason}\n" if found.field else f"{where}: {found.reason}\n")
    sys.stdout.flush()
    sys.stderr.write(f"{refused:,} of {read:,} events would be refused\n" if refused else f"all {read:,} events would be accepted\n")
    if refused:
        raise typer.Exit(Exit.FAILED)
