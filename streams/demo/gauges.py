"""What the worker's own metrics say, read as Prometheus would."""

from urllib.error import URLError
from urllib.request import urlopen

from msgspec import Struct, field
from prometheus_client.parser import text_string_to_metric_families


class Gauges(Struct):
    touchpoints: dict[str, float] = field(default_factory=dict)
    """By channel."""
    lag: dict[str, float] = field(default_factory=dict)
    """Seconds by channel."""
    settled_lag: float = float("inf")
    """Seconds: the worst partition number's."""
    journeys: float = 0
    ready: bool = False


def read(url: str) -> Gauges | None:
    """None while nobody answers."""
    try:
        with urlopen(url, timeout=2) as page:  # noqa: S310  the worker's own address
            text = page.read().decode()
    except (URLError, TimeoutError, ConnectionError):
        return None
    found = Gauges()
    settled: list[float] = []
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            match sample.name:
                case "throughline_touchpoints_total":
                    channel = sample.labels["channel"]
                    found.touchpoints[channel] = found.touchpoints.get(channel, 0) + sample.value
                case "throughline_lag_seconds":
                    found.lag[sample.labels["channel"]] = sample.value
                case "throughline_settled_lag_seconds":
                    settled.append(sample.value)
                case "throughline_journeys":
                    found.journeys = sample.value
                case "throughline_ready":
                    found.ready = found.ready or (sample.labels["phase"] == "ready" and sample.value == 1)
    found.settled_lag = max(settled, default=float("inf"))
    return found
