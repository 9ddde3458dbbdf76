"""The command `throughline`: a file a command. Whatever is heavy is imported by the command that needs it."""


def main() -> None:
    from streams.cli.app import app

    app(prog_name="throughline")
