"""`make dashboard-picture`: lets a shop run for some minutes, asks Prometheus what the dashboard asks, and draws it."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tests.deploy.picture.answers import STEP_S, Answers, ask
from tests.deploy.picture.page import WIDTH, height, page
from tests.deploy.series import REPOSITORY
from tests.deploy.shop import open_shop

ASKED = REPOSITORY / "build" / "dashboard.json"
DRAWN = REPOSITORY / "build" / "dashboard.html"
PICTURE = REPOSITORY / "docs" / "dashboard.png"
SCALE = 0.85
"""What a page of documentation is wide; twice as much would be four times the bytes in the repository."""
BEGINS_S = 90
"""What a start looks like is left out: rates of five minutes still grow."""


def main(
    minutes: Annotated[float, typer.Option(min=1, help="What the graphs span.")] = 5,
    again: Annotated[bool, typer.Option("--again", help="Draw the answers of the last run once more.")] = False,
) -> None:
    """Answers go to build/dashboard.json, the page to build/dashboard.html, its picture to docs/dashboard.png."""
    if missing := [tool for tool in ("prometheus", "chromium") if shutil.which(tool) is None]:
        sys.exit(f"{' and '.join(missing)} missing (Debian: apt-get install --no-install-recommends prometheus chromium)")
    ASKED.parent.mkdir(exist_ok=True)
    answers = msgspec.json.decode(ASKED.read_bytes(), type=Answers) if again else _asked(minutes * 60)
    ASKED.write_bytes(msgspec.json.encode(answers))
    DRAWN.write_text(page(answers))
    _photographed(DRAWN, PICTURE, height(answers))
    print(PICTURE)  # noqa: T201


def _asked(seconds: float) -> Answers:
    with tempfile.TemporaryDirectory() as folder, open_shop(Path(folder), rate=20.0, planted=0.12, scrape_s=STEP_S) as shop:
        prometheus, stage, channels = shop
        time.sleep(BEGINS_S)
        start = time.time()
        # A team's release that sends rubbish for a minute, and a producer with another partitioner.
        while (passed := time.time() - start) < seconds:
            stage.check()
            if 0.3 < passed / seconds < 0.45:
                channels.send_what_is_no_json("billing")
            if 0.5 < passed / seconds < 0.65:
                channels.send_to_the_wrong_partition("email", int(10 * passed))
            time.sleep(2)
        return ask(prometheus, start // STEP_S * STEP_S, time.time() // STEP_S * STEP_S)


def _photographed(html: Path, picture: Path, tall: int) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
                f"--force-device-scale-factor={SCALE}", f"--window-size={WIDTH},{tall}", f"--screenshot={picture}", html.as_uri(),
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
