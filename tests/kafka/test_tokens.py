"""Access tokens: shared, renewed in time, and a secret that goes nowhere else."""

import asyncio
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from streams.exits import MISCONFIGURED, REFUSED
from streams.kafka.certificates import client_context
from streams.kafka.tokens import Client, TokenNotGiven, Tokens
from tests.kafka.certified import Authority
from tests.kafka.token_endpoint import CLIENT, SECRET, TokenEndpoint


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with TokenEndpoint().running() as running:
        yield running


def tokens(endpoint: TokenEndpoint, secret: str = SECRET, **given: str) -> Tokens:
    return Tokens(Client(endpoint.url, CLIENT, secret, **given), ssl.create_default_context())


async def test_however_many_connections_begin_at_once_one_token_is_asked_for(endpoint: TokenEndpoint) -> None:
    shared = tokens(endpoint)
    given = await asyncio.gather(*(shared.token() for _ in range(20)))
    assert (len(set(given)), len(endpoint.asked)) == (1, 1)


def test_several_event_loops_share_it(endpoint: TokenEndpoint) -> None:
    shared = tokens(endpoint)
    assert len({asyncio.run(shared.token()) for _ in range(2)}) == 1
    assert len(endpoint.asked) == 1


async def test_it_is_asked_for_anew_when_most_of_its_life_is_over(endpoint: TokenEndpoint) -> None:
    endpoint.life_s = 0.0001
    shared = tokens(endpoint)
    await shared.token()
    await shared.token()
    assert len(endpoint.asked) == 2


async def test_the_scope_is_asked_for_and_the_secret_is_in_no_form(endpoint: TokenEndpoint) -> None:
    await tokens(endpoint, scope="kafka").token()
    assert endpoint.asked == [{"grant_type": ["client_credentials"], "scope": ["kafka"]}]


def test_extensions_travel_beside_the_token(endpoint: TokenEndpoint) -> None:
    given = tokens(endpoint, extensions="logicalCluster=lkc-1, identityPoolId=pool=1")
    assert given.extensions() == {"logicalCluster": "lkc-1", "identityPoolId": "pool=1"}
    assert tokens(endpoint).extensions() == {}


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (HTTPStatus.BAD_REQUEST, REFUSED, "gives the client worker no token (HTTP 400)"),
        (HTTPStatus.FORBIDDEN, REFUSED, "gives the client worker no token (HTTP 403)"),
        (HTTPStatus.FOUND, MISCONFIGURED, "answers with HTTP 302: is it the token endpoint?"),
        (HTTPStatus.NOT_FOUND, MISCONFIGURED, "answers with HTTP 404: is it the token endpoint?"),
        (HTTPStatus.TOO_MANY_REQUESTS, None, "cannot answer now: HTTP 429"),
        (HTTPStatus.SERVICE_UNAVAILABLE, None, "cannot answer now: HTTP 503"),
    ],
)
async def test_what_may_pass_is_told_from_what_must_be_mended(
    endpoint: TokenEndpoint, status: HTTPStatus, code: int | None, said: str
) -> None:
    endpoint.fails_with = status
    with pytest.raises(TokenNotGiven) as refused:
        await tokens(endpoint).token()
    assert refused.value.code == code
    assert said in refused.value.why
    assert len(endpoint.asked) == 1, "a redirect would carry the secret elsewhere"


async def test_an_endpoint_that_is_down_may_come_back() -> None:
    gone = Tokens(Client("http://127.0.0.1:1/token", CLIENT, SECRET), ssl.create_default_context())
    with pytest.raises(TokenNotGiven) as refused:
        await gone.token()
    assert (refused.value.code, refused.value.why) == (
        None,
        "the token endpoint http://127.0.0.1:1/token does not answer: Connection refused",
    )


async def test_a_wrong_secret_is_not_shown(endpoint: TokenEndpoint) -> None:
    with pytest.raises(TokenNotGiven, match="invalid_client") as refused:
        await tokens(endpoint, "another-secret").token()
    assert "another-secret" not in repr(refused.value)
    assert "another-secret" not in repr(Client(endpoint.url, CLIENT, "another-secret"))


async def test_an_endpoint_must_show_a_certificate_of_an_authority_that_is_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    client = {"identity": CLIENT, "secret": SECRET}
    with TokenEndpoint(authority.certify("endpoint", "127.0.0.1")).running() as endpoint:
        trusting = Tokens(Client(endpoint.url, **client), client_context(authorities=authority.file))
        assert (await trusting.token()).count(".") == 2
        with pytest.raises(TokenNotGiven, match="THROUGHLINE_HTTPS_CA_LOCATION names the authorities it is checked against") as refused:
            await Tokens(Client(endpoint.url, **client), client_context(authorities=None)).token()
    assert refused.value.code == MISCONFIGURED
    assert len(endpoint.asked) == 1, "the secret was shown to whom nobody trusts"
