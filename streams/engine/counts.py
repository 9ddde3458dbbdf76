"""What the core has counted, told to the metrics as what was added since the last time."""

from collections.abc import Iterable

from streams.engine.held import Held
from streams.metrics import Metrics


def tell(held: Iterable[Held], metrics: Metrics) -> None:
    """At each checkpoint, and so before a partition number leaves this worker."""
    counters = {
        "order_repaired": metrics.order_repaired,
        "erased": metrics.erased,
        "rebuilt": metrics.rebuilt,
        "replayed": metrics.replayed,
    }
    for mine in held:
        for name, counter in counters.items():
            counter.inc(mine.partition.counts[name] - mine.counted[name])
        mine.counted.update({name: mine.partition.counts[name] for name in counters})
