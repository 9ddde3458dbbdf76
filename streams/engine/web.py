"""`/metrics`, `/healthz` and `/readyz`, served from the worker's own event loop: where they do not answer, it does not turn."""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from streams.readiness import Readiness

_GOODBYE_S = 1.0
"""How long an open request may hold up the worker's end."""


class AddressUnavailable(Exception):
    """The address cannot be listened on; the message says which, why, and what to set."""


class Web:
    def __init__(self, registry: CollectorRegistry, readiness: Callable[[], Readiness], *, host: str, port: int) -> None:
        self._registry = registry
        self._readiness = readiness
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """The URL it serves at, with the port that was bound when 0 was asked for."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/metrics", self._metrics),
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
            ]
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_GOODBYE_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise AddressUnavailable(
                f"cannot serve metrics at {self._host}:{self._port}: {error.strerror or error}; "
                "set THROUGHLINE_METRICS_PORT (0 takes any free port) or THROUGHLINE_METRICS_HOST"
            ) from error
        self._runner = runner
        host, port = runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _index(self, _: web.Request) -> web.Response:
        return web.Response(text="Throughline: /metrics /healthz /readyz\n")

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, _: web.Request) -> web.Response:
        now = self._readiness()
        status = HTTPStatus.OK if now.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response({"ready": now.ready, "phase": now.phase, "why": now.why}, status=status)
