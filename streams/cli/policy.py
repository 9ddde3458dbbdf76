import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.trouble import Exit

app = typer.Typer(help="Look after the policy file.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    pass


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="The policy file.", show_default=False)]) -> None:
    """Name every mistake by line and field, and the rules that can never match.

    Ends with 1 if there is a mistake; warnings alone do not count as one.

    [dim]Example:[/dim]

      throughline policy check deploy/policy.yaml
    """
    from streams.cli.trouble import Trouble
    from streams.policy_file import check_policy

    if not file.is_file():
        raise Trouble(f"{file}: there is no such file", Exit.USAGE)
    checked = check_policy(file)
    for mistake in checked.mistakes:
        sys.stdout.write(f"{mistake}\n")
    for warning in checked.warnings:
        sys.stdout.write(f"{warning} (warning)\n")
    sys.stdout.flush()
    if checked.policy is None:
        sys.stderr.write(f"{len(checked.mistakes)} mistake{'s' * (len(checked.mistakes) != 1)}: no worker would start with this policy\n")
        raise typer.Exit(Exit.FAILED)
    sys.stderr.write(
        f"policy {checked.policy.version} is fine: {len(checked.policy.channels)} channels, {len(checked.warnings)} warnings\n"
    )
