"""What Prometheus and an orchestrator ask a worker, answered from its event loop."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry, Counter

from streams.engine.web import AddressUnavailable, Web
from streams.readiness import Phase, Readiness

Answer = tuple[int, str, str]


class Worker:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.readiness = Readiness(Phase.STARTING, "waits for the group")
        self.web = Web(self.registry, lambda: self.readiness, host="127.0.0.1", port=0)
        self.url = ""

    async def get(self, path: str, accept: str = "*/*") -> Answer:
        async with ClientSession() as session, session.get(self.url + path, headers={"Accept": accept}) as response:
            return response.status, response.headers["Content-Type"], await response.text()


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    worker.url = await worker.web.start()
    yield worker
    await worker.web.stop()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_metrics_are_what_the_registry_holds_in_the_form_that_is_asked_for(worker: Worker) -> None:
    Counter("calls", "Calls.", registry=worker.registry).inc(3)
    status, content_type, body = await worker.get("/metrics")
    assert (status, content_type.partition(";")[0]) == (200, "text/plain")
    assert "calls_total 3.0" in body
    _, content_type, body = await worker.get("/metrics", accept="application/openmetrics-text;version=1.0.0")
    assert content_type.partition(";")[0] == "application/openmetrics-text"
    assert body.endswith("# EOF\n")


async def test_it_is_alive_whatever_it_waits_for(worker: Worker) -> None:
    assert await worker.get("/healthz") == (200, "application/json; charset=utf-8", '{"alive": true}')


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.STARTING, 503),
        (Phase.RECOVERING, 503),
        (Phase.BEHIND, 503),
        (Phase.STOPPING, 503),
        (Phase.STANDBY, 200),
        (Phase.READY, 200),
    ],
)
async def test_it_says_whether_it_is_ready_and_why_not(worker: Worker, phase: Phase, status: int) -> None:
    worker.readiness = Readiness(phase, "because")
    said = f'{{"ready": {str(status == 200).lower()}, "phase": "{phase}", "why": "because"}}'
    assert await worker.get("/readyz") == (status, "application/json; charset=utf-8", said)


async def test_the_front_page_says_what_there_is(worker: Worker) -> None:
    _, _, body = await worker.get("/")
    assert [(await worker.get(path))[0] for path in body.split()[1:]] == [200, 200, 503]
    assert (await worker.get("/table"))[0] == 404


async def test_a_port_in_use_is_said_with_what_to_set(taken: int) -> None:
    web = Web(CollectorRegistry(), lambda: Readiness(Phase.READY, ""), host="127.0.0.1", port=taken)
    with pytest.raises(AddressUnavailable, match=rf"cannot serve metrics at 127\.0\.0\.1:{taken}: .*in use.*THROUGHLINE_METRICS_PORT"):
        await web.start()
    await web.stop()


async def test_when_it_has_stopped_its_port_is_free(worker: Worker) -> None:
    port = int(worker.url.rpartition(":")[2])
    await worker.web.stop()
    again = Web(worker.registry, lambda: worker.readiness, host="127.0.0.1", port=port)
    assert await again.start() == worker.url
    await again.stop()
