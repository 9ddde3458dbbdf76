"""What every engine is told by its surroundings, and nothing else."""

import os
from pathlib import Path

KAFKA = os.environ["BENCH_KAFKA"]
RUN = os.environ["BENCH_RUN"]
"""The consumer group, and the beginning of the names of what is the engine's own."""
FOLDER = Path(os.environ["BENCH_FOLDER"])
"""For state that lies on disk."""

ALERTS = f"{RUN}.alerts"
JOURNEYS = f"{RUN}.journeys"
"""A compacted topic, for engines that bring no changelog of their own."""

COMMIT_S = 1.0
SESSION_MS = 10_000
"""So long a killed process keeps its partitions; the defaults differ between engines by a factor of six."""
