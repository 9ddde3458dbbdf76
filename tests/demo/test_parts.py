"""What the demo reads, shows and concludes."""

from io import StringIO
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console

from schemas.policy import Policy
from streams.demo.gauges import Gauges, read
from streams.demo.latency import latency
from streams.demo.play import convincing
from streams.demo.view import line, picture
from streams.metrics import Metrics
from streams.readiness import Phase, Readiness
from streams.simulate.score import Score, Tally, score
from tests.simulate.test_score import BREACH, alert, planted

POLICY = Policy.model_validate({"version": "1", "channels": {"chat": {}, "voice": {}}})


def scraped(folder: Path, registry: CollectorRegistry) -> Gauges:
    (folder / "metrics").write_bytes(generate_latest(registry))
    found = read((folder / "metrics").as_uri())
    assert found is not None
    return found


def test_gauges_are_read_from_what_a_worker_serves(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry, POLICY, ["first_response"], ["first_response"])
    metrics.touchpoints.labels(channel="chat", type="message.sent").inc(3)
    metrics.touchpoints.labels(channel="chat", type="claim.made").inc(4)
    metrics.lag.show({("voice",): 2.5})
    metrics.settled_lag.show({("0",): 1.5, ("1",): 4.0})
    metrics.journeys.set(17)
    metrics.standing(Readiness(Phase.READY, "reads"))
    found = scraped(tmp_path, registry)
    assert (found.touchpoints["chat"], found.lag["voice"], found.settled_lag, found.journeys, found.ready) == (7, 2.5, 4.0, 17, True)


def test_a_worker_that_has_settled_nothing_yet_is_infinitely_far_behind(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    Metrics(registry, POLICY, ["first_response"], ["first_response"]).standing(Readiness(Phase.STARTING, "waits"))
    found = scraped(tmp_path, registry)
    assert (found.settled_lag, found.ready) == (float("inf"), False)


def test_where_nobody_answers_nothing_is_read() -> None:
    assert read("http://127.0.0.1:1/metrics") is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        pytest.param([], "no alert was received", id="none"),
        pytest.param([2.0], "p50 2.00 s, p99 2.00 s, over 1 alert events", id="one"),
        pytest.param([4.0, 1.0, 3.0, 2.0], "p50 2.00 s, p99 4.00 s, over 4 alert events", id="four, in any order"),
        pytest.param([float(n) for n in range(1, 101)], "p50 50.00 s, p99 99.00 s, over 100 alert events", id="a hundred"),
    ],
)
def test_latency_is_told_by_nearest_rank(seconds: list[float], said: str) -> None:
    assert latency(seconds).endswith(said)


EVENT = {
    "type": "io.throughline.alert.opened.v1",
    "time": "2026-03-02T09:15:30.120Z",
    "data": {"severity": {"level": "critical"}, "customer": "c-17", "summary": "Nobody has answered."},
}


def test_an_alert_is_one_line_with_its_time_and_what_happened_to_it() -> None:
    assert line(EVENT).plain == "09:15:30 opened    critical c-17       Nobody has answered."


@pytest.mark.parametrize("word", ["opened", "updated", "resolved", "retracted"])
def test_every_word_of_an_alert_has_its_style(word: str) -> None:
    assert word in line(EVENT | {"type": f"io.throughline.alert.{word}.v1"}).plain


def test_the_picture_can_be_drawn_before_anything_is_known() -> None:
    console = Console(width=120, record=True, file=StringIO())
    console.print(picture(0, 45, Gauges(), {}, [], 0))
    assert "0 of 45 s" in console.export_text()


EVERYTHING_FOUND = {name: Tally(planted=1, found=1) for name in Score().detectors}
NOTHING_PLANTED = EVERYTHING_FOUND | {"resolution": Tally()}


@pytest.mark.parametrize(
    ("result", "failed", "verdict"),
    [
        pytest.param(Score(EVERYTHING_FOUND), None, True, id="all that was planted was found, and nothing else"),
        pytest.param(Score(NOTHING_PLANTED), None, False, id="a detector had nothing to find"),
        pytest.param(Score(EVERYTHING_FOUND), "timed out", False, id="a record was not acknowledged"),
        pytest.param(Score(EVERYTHING_FOUND, missed=score([planted(*BREACH)], []).missed), None, False, id="something was never told"),
        pytest.param(Score(EVERYTHING_FOUND, invented=score([], alert(*BREACH)).invented), None, False, id="something was invented"),
    ],
)
def test_the_demo_convinces_only_if(result: Score, failed: str | None, verdict: bool) -> None:
    assert convincing(result, failed) is verdict
