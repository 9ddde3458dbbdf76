import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.trouble import Exit

app = typer.Typer(help="The published contract: JSON Schemas and AsyncAPI.", no_args_is_help=True)

PUBLISHED = Path(__file__).parents[2] / "schemas" / "published"


@app.command()
def check(
    published: Annotated[Path, typer.Option(metavar="DIR", help="What was published before.", show_default=False)] = PUBLISHED,
) -> None:
    """Fail on a change of the models that would break a producer, a subscriber or a policy file.

    Ends with 1 if something breaks, or if what is published is not what the models say.

    [dim]Examples:[/dim]

      throughline schemas check

      throughline schemas check --published ../last-release/schemas/published
    """
    from schemas.compatibility import breaks
    from schemas.export import export
    from streams.cli.trouble import Trouble
    from streams.detection.detectors import sections

    if not published.is_dir():
        raise Trouble(f"{published}: there is no such folder; `throughline schemas export DIR` writes one", Exit.USAGE)
    before = {file.name: file.read_text(encoding="utf-8") for file in sorted(published.iterdir()) if file.suffix in (".json", ".yaml")}
    now = export(sections())
    broken = breaks(before, now)
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    for found in broken:
        sys.stdout.write(f"{found}\n")
    for name in changed:
        sys.stdout.write(f"{name}: differs from what was published\n")
    sys.stdout.flush()
    if broken:
        sys.stderr.write(f"{len(broken)} breaking change{'s' * (len(broken) != 1)}: publish it as a new version, or take it back\n")
    elif changed:
        sys.stderr.write("nothing breaks; publish the change: throughline schemas export schemas/published\n")
    else:
        sys.stderr.write(f"{len(now)} schemas are as published\n")
    if broken or changed:
        raise typer.Exit(Exit.FAILED)


@app.command()
def export(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to.", show_default=False)]) -> None:
    """Write the JSON Schemas and the AsyncAPI document.

    [dim]Example:[/dim]

      throughline schemas export schemas/published
    """
    from schemas.export import export as exported
    from streams.detection.detectors import sections

    folder.mkdir(parents=True, exist_ok=True)
    documents = exported(sections())
    for name, content in documents.items():
        (folder / name).write_text(content, encoding="utf-8")
    sys.stderr.write(f"{len(documents)} schemas written to {folder}\n")
