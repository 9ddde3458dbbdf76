"""The soak as a picture: `drawing.py SOAK.JSON PICTURE.SVG`, run by a Python that has matplotlib and nothing of ours."""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

PANELS = (
    ("RSS (MB)", "samples", "rss_mb"),
    ("core used", "samples", "core"),
    ("alert p99 (ms)", "buckets", "p99_ms"),
    ("longest stall of the loop (ms)", "samples", "stall_ms"),
    ("share of the time the loop waits for its core", "samples", "starved"),
    ("descriptors", "samples", "descriptors"),
    ("tasks of the loop", "samples", "tasks"),
)


def main(source: Path, picture: Path) -> None:
    soak = json.loads(source.read_text())
    mpl.rcParams["svg.hashsalt"] = "soak"  # the same measurements, the same bytes
    figure, panels = plt.subplots(len(PANELS), 1, figsize=(9, 12), sharex=True, layout="constrained")
    sent = soak["touchpoints"] / (soak["minutes"] * 60)  # not `rate`: simulated customers come about as often as they are asked to
    figure.suptitle(f"{soak['minutes']:g} minutes at {sent:,.0f} touchpoints a second, one worker on one core")
    for panel, (title, of, name) in zip(panels, PANELS, strict=True):
        panel.plot([each["second"] / 60 for each in soak[of]], [each[name] for each in soak[of]], linewidth=1)
        panel.set_title(title, loc="left", fontsize=9)
        panel.set_ylim(0, 1.2 * max(each[name] for each in soak[of]) or 1)
        panel.grid(alpha=0.3)
    panels[-1].set_xlabel("minutes")
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
