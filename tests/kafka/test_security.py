"""Who cannot prove who he is, or trusts the wrong one, learns in one sentence what to mend: of the worker and of the commands."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.exits import MISCONFIGURED, REFUSED
from tests.cli.running import throughline
from tests.engine.live import PATIENCE_S, until
from tests.engine.test_operator import running
from tests.kafka.certified import PASSWORD as KEY_PASSWORD
from tests.kafka.secured import PASSWORD, USER, Secured
from tests.kafka.token_endpoint import SECRET, TokenEndpoint

pytestmark = [pytest.mark.slow, pytest.mark.kafka(embedded="knows neither TLS nor SASL")]

WRONG = "not-the-password-at-all"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with Secured(tmp_path_factory.mktemp("secured")).running() as secured:
        yield secured


class Case(NamedTuple):
    name: str
    listener: str
    changes: Mapping[str, str | None]
    """To the settings that let in; None: left out. `{...}` stands for a file of Secured."""
    code: int
    said: str


SASL_LEFT_OUT = dict.fromkeys(("sasl_mechanism", "sasl_username", "sasl_password"))
PLAINTEXT: Mapping[str, str | None] = {**SASL_LEFT_OUT, "security_protocol": "plaintext", "ssl_ca_location": None}
NO_CERTIFICATE = dict.fromkeys(("ssl_certificate_location", "ssl_key_location", "ssl_key_password"))

NOT_ACCEPTED = "{server} does not accept the certificate in {%s} (certificate unknown): has it expired, or does Kafka not know its CA?"

CASES = [
    Case(
        "a wrong password", "PASSWORDS", {"sasl_password": WRONG}, REFUSED,
        "{server} does not let 'worker' in with SCRAM-SHA-512: no such user there, or THROUGHLINE_SASL_PASSWORD is wrong",
    ),
    Case(
        "a wrong password with PLAIN", "PASSWORDS", {"sasl_password": WRONG, "sasl_mechanism": "PLAIN"}, REFUSED,
        "{server} does not let 'worker' in with PLAIN: no such user there, or THROUGHLINE_SASL_PASSWORD is wrong",
    ),
    Case(
        "an unknown user", "PASSWORDS", {"sasl_username": "stranger"}, REFUSED,
        "{server} does not let 'stranger' in with SCRAM-SHA-512: no such user there, or THROUGHLINE_SASL_PASSWORD is wrong",
    ),
    Case(
        "a mechanism that is not offered", "PASSWORDS", {"sasl_mechanism": "SCRAM-SHA-256"}, MISCONFIGURED,
        "{server} does not offer SCRAM-SHA-256: mend THROUGHLINE_SASL_MECHANISM",
    ),
    Case(
        "an authority that did not sign", "PASSWORDS", {"ssl_ca_location": "{foreign.file}"}, MISCONFIGURED,
        "the certificate of {server} is signed by nobody in {foreign.file} (unable to get local issuer certificate): "
        "THROUGHLINE_SSL_CA_LOCATION must hold its CA",
    ),
    Case(
        "no authority named", "PASSWORDS", {"ssl_ca_location": None}, MISCONFIGURED,
        "the certificate of {server} is signed by nobody in this machine's authorities (unable to get local issuer certificate): "
        "THROUGHLINE_SSL_CA_LOCATION must hold its CA",
    ),
    Case(
        "an expired certificate of Kafka's", "EXPIRED", {}, MISCONFIGURED,
        "the certificate of {server} has expired: Kafka needs a new one",
    ),
    Case(
        "another host's certificate", "ELSEWHERE", {}, MISCONFIGURED,
        "the certificate of {server} is another host's (IP address mismatch, certificate is not valid for '127.0.0.1'): reach Kafka by a "
        "name that is in it, or give Kafka one that names its advertised listener",
    ),
    Case(
        "plain text to a port of TLS", "PASSWORDS", PLAINTEXT, MISCONFIGURED,
        "{server} speaks TLS, but THROUGHLINE_SECURITY_PROTOCOL is plaintext",
    ),
    Case(
        "TLS to a port of plain text", "PASSWORDS", {"kafka": "{listens[PLAINTEXT]}"}, MISCONFIGURED,
        "{server} speaks no TLS, but THROUGHLINE_SECURITY_PROTOCOL is sasl_ssl",
    ),
    Case(
        "no SASL where it is wanted", "PASSWORDS", {**SASL_LEFT_OUT, "security_protocol": "ssl"}, MISCONFIGURED,
        "{server} wants SASL (PLAIN, SCRAM-SHA-512), but THROUGHLINE_SECURITY_PROTOCOL is ssl",
    ),
    Case(
        "SASL where there is none", "PASSWORDS", {"kafka": "{listens[ELSEWHERE]}", "ssl_endpoint_identification_algorithm": "none"},
        MISCONFIGURED, "{server} takes no SASL, but THROUGHLINE_SECURITY_PROTOCOL is sasl_ssl",
    ),
    Case(
        "no certificate where one is wanted", "CERTIFICATES", NO_CERTIFICATE, MISCONFIGURED,
        "{server} wants a client certificate: give THROUGHLINE_SSL_CERTIFICATE_LOCATION and THROUGHLINE_SSL_KEY_LOCATION",
    ),
    Case(
        "a certificate of a foreign authority", "CERTIFICATES",
        {"ssl_certificate_location": "{stranger.chain}", "ssl_key_location": "{stranger.key}", "ssl_key_password": None}, REFUSED,
        NOT_ACCEPTED % "stranger.chain",
    ),
    Case(
        "an expired certificate of ours", "CERTIFICATES",
        {"ssl_certificate_location": "{expired.chain}", "ssl_key_location": "{expired.key}", "ssl_key_password": None}, REFUSED,
        NOT_ACCEPTED % "expired.chain",
    ),
    Case(
        "a client that the token endpoint refuses", "TOKENS", {"sasl_oauthbearer_client_secret": WRONG}, REFUSED,
        "the token endpoint {tokens} gives the client worker no token (HTTP 401 invalid_client: no such client, or another secret): are "
        "its id, secret and scope right?",
    ),
    Case(
        "an address that is no token endpoint", "TOKENS", {"sasl_oauthbearer_token_endpoint_url": "{tokens}s"}, MISCONFIGURED,
        "{tokens}s answers with HTTP 404: is it the token endpoint?",
    ),
]  # fmt: skip

each = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])


def told(kafka: Secured, tokens: TokenEndpoint, case: Case) -> tuple[dict[str, str], str]:
    """The settings, and what must be said of them."""
    right = kafka.right(case.listener)
    if case.listener == "TOKENS":
        right["sasl_oauthbearer_token_endpoint_url"] = tokens.url
    settings = {name: value for name, value in (right | dict(case.changes)).items() if value is not None}
    known = {**vars(kafka), "tokens": tokens.url}
    settings = {name: value.format(**known) for name, value in settings.items()}
    return settings, case.said.format(**{**known, "server": settings["kafka"]})


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenEndpoint]:
    with TokenEndpoint().running() as endpoint:
        yield endpoint


@each
def test_a_worker_ends_and_says_what_to_mend(kafka: Secured, tokens: TokenEndpoint, case: Case, tmp_path: Path) -> None:
    settings, said = told(kafka, tokens, case)
    with running(tmp_path, LOG_LEVEL="debug", **{name.upper(): value for name, value in settings.items()}) as worker:
        assert worker.process.wait(PATIENCE_S) == case.code
        assert f'"message": "{said}"' in worker.said
        shows_no_secret(worker.said)


@each
def test_a_command_ends_and_says_what_to_mend(kafka: Secured, tokens: TokenEndpoint, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, said = told(kafka, tokens, case)
    for name, value in settings.items():
        monkeypatch.setenv(f"THROUGHLINE_{name.upper()}", value)
    ended = throughline("dump", "touchpoints.chat")
    assert (ended.exit_code, ended.stderr) == (case.code, f"throughline: {said}\n")
    shows_no_secret(ended.output)


def shows_no_secret(said: str) -> None:
    assert [secret for secret in (PASSWORD, WRONG, KEY_PASSWORD, SECRET) if secret in said] == []


def test_a_token_endpoint_that_is_down_is_waited_for(kafka: Secured, tmp_path: Path) -> None:
    down = {"SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL": "http://127.0.0.1:1/token"}
    with running(tmp_path, **{name.upper(): value for name, value in kafka.right("TOKENS").items()}, **down) as worker:
        until(lambda: worker.said.count("Kafka does not answer; trying again") >= 2, "two attempts")
        assert '"error": "the token endpoint http://127.0.0.1:1/token does not answer: Connection refused"' in worker.said
        worker.process.terminate()
        assert worker.process.wait(PATIENCE_S) == 0


def test_a_password_may_lie_in_a_file(kafka: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    for name, value in ({**kafka.right(), "sasl_password_file": str(file)}).items():
        if name != "sasl_password":
            monkeypatch.setenv(f"THROUGHLINE_{name.upper()}", value)
    ended = throughline("dump", "touchpoints.chat")  # which is not there, as far as this user may see
    assert ended.exit_code == 1
    assert "has no topic touchpoints.chat" in ended.stderr
    assert USER not in ended.stderr
