"""A token endpoint as OAuth 2 has it, for one client; its tokens are signed by nobody, which Kafka accepts where it is told to."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.kafka.certified import Certificate

CLIENT, SECRET = "worker", "the-clients-secret"


def unsigned(subject: str, life_s: float) -> str:
    now = time.time()
    parts: list[dict[str, Any]] = [{"alg": "none"}, {"sub": subject, "iat": now, "exp": now + life_s}]
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), ""])


class TokenEndpoint:
    def __init__(self, certificate: Certificate | None = None) -> None:
        """`certificate`: what it shows, for https."""
        self.life_s = 300.0
        self.subject = CLIENT
        self.fails_with: HTTPStatus | None = None
        self.asked: list[dict[str, list[str]]] = []
        """What each request said."""
        endpoint = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["content-length"])).decode()
                endpoint.asked.append(parse_qs(said))
                self._answer(*endpoint.answer(self.path, self.headers["authorization"]))

            def _answer(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                if status == HTTPStatus.FOUND:
                    self.send_header("location", endpoint.url)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                """Nowhere."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain, certificate.key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_port}/token"

    def answer(self, path: str, authorization: str) -> tuple[HTTPStatus, dict[str, Any]]:
        if path != "/token":
            return HTTPStatus.NOT_FOUND, {}
        if self.fails_with is not None:
            return self.fails_with, {}
        if authorization != "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode():
            return HTTPStatus.UNAUTHORIZED, {"error": "invalid_client", "error_description": "no such client, or another secret"}
        return HTTPStatus.OK, {"access_token": unsigned(self.subject, self.life_s), "token_type": "Bearer", "expires_in": self.life_s}

    @contextmanager
    def running(self) -> Iterator["TokenEndpoint"]:
        serving = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            serving.join()
            self._server.server_close()
