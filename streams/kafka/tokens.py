"""Access tokens for OAUTHBEARER, by client credentials (RFC 6749, section 4.4), asked for anew before they expire."""

import asyncio
import base64
import json
import ssl
import threading
import time
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError
from msgspec import Struct

from streams.exits import MISCONFIGURED, REFUSED

ANSWER_WITHIN_S = 10.0
REFRESHED_AT = 0.8
"""Of a token's life, as Kafka's own clients do."""
UNTOLD_LIFE_S = 300.0
"""Of a token whose endpoint does not say when it expires."""
LARGEST_ANSWER = 1 << 20
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class TokenNotGiven(KafkaError):  # one of aiokafka's, so that it treats it as any connection that failed
    def __init__(self, why: str, code: int | None = None) -> None:
        """`code`: the exit code where asking again helps nothing."""
        super().__init__(why)
        self.why = why
        self.code = code


class Client(Struct, frozen=True):
    url: str
    identity: str
    secret: str
    scope: str | None = None
    extensions: str | None = None

    def __repr__(self) -> str:
        return f"Client({self.identity})"


class Tokens(AbstractTokenProvider):
    """Shared by all clients of a process, whose event loops are several: Faust's consumer has one of its own."""

    def __init__(self, client: Client, context: ssl.SSLContext) -> None:
        self._client = client
        # No redirects: they would carry the secret to wherever they lead.
        self._opener = build_opener(_NoRedirect, HTTPSHandler(context=context))
        self._one_at_a_time = threading.Lock()
        self._token = ""
        self._fresh_until = 0.0

    async def token(self) -> str:
        return self._known() or await asyncio.to_thread(self._asked)

    def extensions(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in (self._client.extensions or "").split(",") if pair)
        return {name.strip(): value.strip() for name, _, value in pairs}

    def _known(self) -> str:
        return self._token if time.monotonic() < self._fresh_until else ""

    def _asked(self) -> str:
        with self._one_at_a_time:
            if known := self._known():
                return known
            began = time.monotonic()
            self._token, life = _granted(self._answer(), self._client)
            self._fresh_until = began + life * REFRESHED_AT
            return self._token

    def _answer(self) -> bytes:
        client = self._client
        asked = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
        basic = base64.b64encode(f"{client.identity}:{client.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
        request = Request(client.url, urlencode(asked).encode(), headers)  # noqa: S310 -- the settings allow http and https alone
        try:
            with self._opener.open(request, timeout=ANSWER_WITHIN_S) as answer:
                return bytes(answer.read(LARGEST_ANSWER))
        except HTTPError as refused:
            with refused:
                raise _refused(refused, client) from None
        except (OSError, HTTPException) as error:
            raise _unanswered(error, client) from None


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _granted(answer: bytes, client: Client) -> tuple[str, float]:
    """The token and its life in seconds."""
    try:
        said = json.loads(answer)
        token, life = str(said["access_token"]), float(said.get("expires_in") or UNTOLD_LIFE_S)
    except (ValueError, KeyError, TypeError):
        raise TokenNotGiven(f"{client.url} answers with no access token: is it the token endpoint?", MISCONFIGURED) from None
    return token, life


def _refused(refused: HTTPError, client: Client) -> TokenNotGiven:
    said = f"HTTP {refused.code}{_reason(refused)}"
    if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR or refused.code in _PASSING:
        return TokenNotGiven(f"the token endpoint {client.url} cannot answer now: {said}")
    if refused.code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return TokenNotGiven(
            f"the token endpoint {client.url} gives the client {client.identity} no token ({said}): are its id, secret and scope right?",
            REFUSED,
        )
    return TokenNotGiven(f"{client.url} answers with {said}: is it the token endpoint?", MISCONFIGURED)


def _reason(refused: HTTPError) -> str:
    """RFC 6749's error and its description, if it has any."""
    try:
        said = json.loads(refused.read(LARGEST_ANSWER))
    except (ValueError, OSError, HTTPException):
        return ""
    told = [str(said[name])[:200] for name in ("error", "error_description") if said.get(name)] if isinstance(said, dict) else []
    return f" {': '.join(told)}" if told else ""


def _unanswered(error: Exception, client: Client) -> TokenNotGiven:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = f"the certificate of the token endpoint {client.url} is not to be trusted ({reason.verify_message.rstrip('.')})"
        return TokenNotGiven(f"{why}: THROUGHLINE_HTTPS_CA_LOCATION names the authorities it is checked against", MISCONFIGURED)
    said = (reason.strerror if isinstance(reason, OSError) else None) or str(reason) or type(reason).__name__
    return TokenNotGiven(f"the token endpoint {client.url} does not answer: {said}")
