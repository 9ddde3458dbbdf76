"""The plot of the README: `python -m tests.bench.jobs.plot RESULT SVG`, by a Python that has matplotlib (see publish.py)."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

OURS, THEIRS, INK = "#0b6e4f", "#9aa5b1", "#333333"


def plot(result: dict[str, Any], file: Path) -> None:
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "throughline", "font.family": "sans-serif", "font.size": 10, "text.color": INK}
    engines = sorted(result["engines"], key=lambda engine: engine["figures"]["events_a_cpu_second"]["median"])
    spreads = [engine["figures"]["events_a_cpu_second"] for engine in engines]
    medians = [spread["median"] / 1000 for spread in spreads]
    reach = [
        [(spread["median"] - spread["min"]) / 1000 for spread in spreads],
        [(spread["max"] - spread["median"]) / 1000 for spread in spreads],
    ]
    figure, axes = plt.subplots(figsize=(8, 0.42 * len(engines) + 1.1), layout="constrained")
    colours = [OURS if engine["engine"].startswith("throughline") else THEIRS for engine in engines]
    axes.barh([engine["title"] for engine in engines], medians, xerr=reach, color=colours, ecolor=INK, capsize=2, height=0.65)
    for row, (median, above) in enumerate(zip(medians, reach[1], strict=True)):
        axes.annotate(f"{median:.1f}", (median + above, row), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set_xlabel("thousand events a CPU-second, median and range of the rounds")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.1)
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    plot(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
