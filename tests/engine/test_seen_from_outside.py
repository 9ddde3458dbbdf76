"""What a worker shows of itself: every measure that should have moved has, and never who a customer is."""

import json
from collections import Counter

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from streams.detection.detectors import load
from streams.fenced import OTHER
from streams.metrics import Metrics
from tests.engine.seen_from_outside import POLICY, Seen, look_on

pytestmark = pytest.mark.slow

STILL = {
    "throughline_large_journeys_total",  # nobody looks at five thousand things
    "throughline_order_repaired_total",  # a broker's clock would have to step back
    "throughline_redelivered_total",  # offsets travel with the journeys
    "throughline_paused_partitions",  # no channel is an hour behind
    "throughline_backlog_records",  # all has been read
    "throughline_queued_records",
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return look_on(tmp_path_factory.mktemp("seen"), monkeypatch)


def samples(scrape: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(scrape)
        for sample in family.samples
    }


def totals(seen: Seen) -> Counter[str]:
    """By sample name, over both workers that were scraped."""
    found: Counter[str] = Counter()
    for scrape in seen.scrapes:
        for (name, _), value in samples(scrape).items():
            found[name] += value  # type: ignore[assignment]  # whole or not
    return found


def test_every_measure_that_should_have_moved_has_moved(seen: Seen) -> None:
    found = totals(seen)
    catalogue = Metrics(CollectorRegistry(), POLICY, [], []).catalogue
    names = {described.name: described.name + ("_count" if described.kind == "histogram" else "") for described in catalogue}
    assert {name for name, sample in names.items() if not found[sample]} == STILL


def test_each_clock_is_a_detectors_own_and_no_label_is_other(seen: Seen) -> None:
    labels = {(name, value) for scrape in seen.scrapes for _, given in samples(scrape) for name, value in given}
    assert {value for name, value in labels if name == "clock"} <= {clock for detector in load(POLICY) for clock in detector.clocks}
    assert {value for name, value in labels if name == "clock"} >= {"first_response", "resolution_first"}
    assert OTHER not in {value for _, value in labels}


def test_dead_letters_are_counted_by_what_was_wrong(seen: Seen) -> None:
    refused = Counter[str]()
    for (name, given), value in samples(seen.scrapes[0]).items():
        if name == "throughline_refused_total":
            refused[dict(given)["error_class"]] += int(value)
    assert {error_class for error_class, number in refused.items() if number} == {
        "not_json",
        "schema_violation",
        "type_unknown",
        "time_invalid",
        "too_large",
    }
    assert seen.dead >= sum(refused.values())


def test_the_crash_was_told(seen: Seen) -> None:
    last = json.loads(seen.logs[0].splitlines()[-1])
    assert last["message"] == "a chunk of records is lost inside the worker"


def test_no_identifier_occurs_in_a_log_or_a_measure(seen: Seen) -> None:
    assert len(seen.identifiers) > 500
    shown = "\n".join([*seen.logs, *seen.scrapes])
    assert {name for name in seen.identifiers if name in shown} == set()
