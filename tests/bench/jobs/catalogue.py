"""The engines side by side, in the order of the tables."""

from tests.bench.jobs.engine import Engine
from tests.bench.jobs.reference import InVenv, OnJvm
from tests.bench.jobs.throughline import Throughline

_ENGINES = "tests.bench.jobs.engines"
SLOW, MIDDLING, QUICK = 8, 24, 40
"""Segments of sixty-four, with those of the warm-up. A third is left: the quickest, too, find something to read when started again."""

STOCK_FAUST, PER_EVENT = "stock-faust", "aiokafka-per-event"

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Throughline("throughline", "Throughline, the two detectors", MIDDLING, "policy.yaml"),
        Throughline("throughline-all", "Throughline, all detectors", MIDDLING, "policy-all.yaml"),
        InVenv(
            STOCK_FAUST,
            "Faust, as documented",
            SLOW,
            "faust-streaming",
            venv="faust",
            arguments=("-m", f"{_ENGINES}.stock_faust", "worker", "--without-web", "--loglevel", "warn"),
        ),
        InVenv(
            PER_EVENT,
            "aiokafka, a send an event",
            MIDDLING,
            "aiokafka",
            venv="aiokafka",
            arguments=("-m", f"{_ENGINES}.aiokafka_per_event"),
        ),
        InVenv(
            "aiokafka-batched", "aiokafka, batched", QUICK, "aiokafka", venv="aiokafka", arguments=("-m", f"{_ENGINES}.aiokafka_batched")
        ),
        InVenv("quix", "Quix Streams", MIDDLING, "quixstreams", venv="quix", arguments=("-m", f"{_ENGINES}.quix")),
        InVenv(
            "bytewax",
            "Bytewax",
            MIDDLING,
            "bytewax",
            only_on_disk=True,
            venv="bytewax",
            arguments=("-m", "bytewax.run", f"{_ENGINES}.bytewax_flow:flow", "-r", "{folder}", "-s", "1", "-b", "0"),
            first=("-m", "bytewax.recovery", "{folder}", "1"),
        ),
        OnJvm("kafka-streams", "Kafka Streams (JVM), one thread", QUICK, "kafka-streams", pinned=False),
    )
}
