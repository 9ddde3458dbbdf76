"""A worker with exactly the rights that `throughline topics plan` tells works, whoever it proves to be; with one less it says which."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.policy import Policy
from streams.engine.topics import needed
from streams.exits import REFUSED
from streams.kafka.acls import Grant
from tests.cli.running import throughline
from tests.engine.live import APPLICATION, POLICY, Live, Worker, case, make_anew, until
from tests.engine.test_live import subjects
from tests.kafka.secured import REAUTHENTICATED_MS, Secured, rights, without
from tests.kafka.token_endpoint import TokenEndpoint

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="knows no ACLs")]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with Secured(tmp_path_factory.mktemp("secured")).running() as secured:
        yield secured


@pytest.fixture
def tokens() -> Iterator[TokenEndpoint]:
    with TokenEndpoint().running() as endpoint:
        yield endpoint


class Guarded:
    """Topics of their own; customers and subscribers as the super user, workers as somebody who must prove it."""

    def __init__(self, kafka: Secured, live: Live) -> None:
        self.kafka, self.live = kafka, live

    def worker(self, listener: str = "PASSWORDS", **settings: Any) -> Worker:
        return self.live.worker(log_level="debug", **self.kafka.right(listener), **settings)

    def told(self, *names: str) -> None:
        """Cases that are over at once, each in an alert."""
        for name in names:
            self.live.tell("chat", f"customer-{name}", case(f"customer-{name}", name))
        self.live.told()
        until(lambda: subjects(self.live) >= set(names), f"the alerts of {names}")


@pytest.fixture
def guarded(kafka: Secured, tmp_path: Path) -> Iterator[Guarded]:
    kafka.allow(rights())
    address = kafka.listens["PLAINTEXT"]
    make_anew(address, dict.fromkeys(needed(Policy.model_validate(POLICY), APPLICATION), 2))
    live = Live(address, tmp_path, 2, POLICY)
    try:
        yield Guarded(kafka, live)
    finally:
        live.close()
        for log in tmp_path.glob("*.log"):
            print(log.read_text())  # noqa: T201 -- pytest shows it where a test fails


@pytest.mark.parametrize("listener", ["PASSWORDS", "CERTIFICATES", "TOKENS"])
def test_a_worker_with_these_rights_works(guarded: Guarded, tokens: TokenEndpoint, listener: str) -> None:
    before = guarded.kafka.kafka_log().count("Failed authentication")
    proof = {"sasl_oauthbearer_token_endpoint_url": tokens.url} if listener == "TOKENS" else {}
    worker = guarded.worker(listener, **proof).ready()
    guarded.told("a", "b", "c")
    guarded.live.tell("chat", "customer-d", b"what nobody can read")
    guarded.live.told()
    until(guarded.live.dead_letters, "the dead letter")
    assert worker.stop() == 0
    guarded.worker(listener, **proof).ready()
    guarded.told("after-a-restart")
    assert guarded.kafka.kafka_log().count("Failed authentication") == before, "a client was made without its proof"


def test_tokens_are_asked_for_anew_before_they_expire_and_sessions_end_without_harm(guarded: Guarded, tokens: TokenEndpoint) -> None:
    tokens.life_s = 2.0
    worker = guarded.worker("TOKENS", sasl_oauthbearer_token_endpoint_url=tokens.url).ready()
    asked = len(tokens.asked)
    assert asked < 10, "the clients of one process share a token"
    guarded.told("a")
    assert worker.stop() == 0


def test_sessions_that_the_broker_ends_lose_and_double_nothing(guarded: Guarded) -> None:
    worker = guarded.worker("SHORT").ready()
    over = time.monotonic() + 4 * REAUTHENTICATED_MS / 1000
    number = 0
    while time.monotonic() < over:
        number += 1
        guarded.told(f"case-{number}")
    told = [json.loads(alert)["id"] for alert in guarded.live.alerts()]
    assert len(told) == len(set(told))
    assert worker.stop() == 0
    assert "KafkaConnectionError" in worker.log.read_text(), "no session has ended"


GROUP = "Kafka does not let us use the consumer group throughline: an ACL must allow Read on it"
TRANSACTION = "Kafka does not let us use the transactional id throughline-{number}: an ACL must allow Write and Describe on it"
MISSING = [
    ("topic", "touchpoints.chat", "Read", "topic touchpoints.chat: Read is not allowed"),
    ("topic", "touchpoints.chat", "Write", "topic touchpoints.chat: Write is not allowed"),
    ("topic", "throughline.journeys", "Read", "topic throughline.journeys: Read is not allowed"),
    ("topic", "throughline.journeys", "Write", "topic throughline.journeys: Write is not allowed"),
    # without Write there is no Describe either
    ("topic", "alerts.slow-response", "Write", "topic alerts.slow-response may not be seen, if it is there: Describe is not allowed"),
    ("group", "throughline", "Read", f"the consumer group does not take this worker: {GROUP}"),
    ("transactional-id", "throughline-", "Write", f"recovery failed: {TRANSACTION}"),
]


@pytest.mark.parametrize(("kind", "name", "operation", "said"), MISSING)
def test_a_worker_that_may_not_says_what_must_be_allowed(guarded: Guarded, kind: str, name: str, operation: str, said: str) -> None:
    guarded.kafka.allow(without(rights(), kind, name, operation))
    worker = guarded.worker()
    assert worker.ended() == REFUSED
    (*_, last) = [line for level in ("error", "critical") for line in worker.lines(level)]
    assert last["message"] in {said.format(number=number) for number in range(2)}
    assert "Traceback" not in worker.log.read_text()


def test_a_right_that_is_taken_away_ends_the_worker_with_the_reason(guarded: Guarded) -> None:
    worker = guarded.worker().ready()
    guarded.told("before")
    guarded.kafka.allow(without(rights(), "topic", "alerts.slow-response", "Write"))
    guarded.live.tell("chat", "customer-x", case("customer-x", "x"))
    guarded.live.told()
    assert worker.ended() == REFUSED
    (last,) = worker.lines("critical")
    said = "Kafka does not let us use the topic alerts.slow-response: an ACL must allow Write on it"
    assert last["message"] == f"a checkpoint could not be committed: {said}"
    guarded.kafka.allow(rights())
    guarded.worker().ready()
    until(lambda: subjects(guarded.live) >= {"x"}, "the alert that could not be written")


def test_a_command_that_may_not_read_says_so(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded.kafka.allow([Grant("topic", ("touchpoints.chat",), ("Describe",), "")])
    guarded.live.tell("chat", "customer-x", case("customer-x", "x"))
    guarded.live.told()
    for name, value in guarded.kafka.right().items():
        monkeypatch.setenv(f"THROUGHLINE_{name.upper()}", value)
    ended = throughline("dump", "touchpoints.chat")
    assert (ended.exit_code, ended.stdout) == (REFUSED, "")
    assert ended.stderr.startswith(
        "throughline: Kafka does not let us read the topic touchpoints.chat: an ACL must allow worker Read on it"
    )
