"""How Kafka is reached: what contradicts itself, is missing or cannot be read is told by its variable, and no secret is shown."""

from pathlib import Path

import pytest

from streams.kafka.access import Access
from streams.kafka.security import Security
from streams.settings import Settings, SettingsInvalid, load_access, load_settings
from tests.kafka.certified import PASSWORD as KEY_PASSWORD
from tests.kafka.certified import Authority, Certificate

SECRET = "nobody-may-see-this"  # noqa: S105 -- nobody's


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"THROUGHLINE_{name.upper()}", raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"), "authority")


@pytest.fixture(scope="module")
def ours(authority: Authority) -> Certificate:
    return authority.certify("ours", "worker@example")


def mistakes(**given: object) -> list[str]:
    """What is said of them, without our prefix."""
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings(**given)
    assert SECRET not in str(invalid.value)
    return [mistake.replace("THROUGHLINE_", "") for mistake in invalid.value.mistakes]


SCRAM = {"security_protocol": "sasl_ssl", "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "worker", "sasl_password": SECRET}
OAUTH = {
    "security_protocol": "sasl_ssl",
    "sasl_mechanism": "OAUTHBEARER",
    "sasl_oauthbearer_token_endpoint_url": "https://login.example/token",
    "sasl_oauthbearer_client_id": "worker",
    "sasl_oauthbearer_client_secret": SECRET,
}


def test_the_default_is_plain_text_and_words_may_be_written_as_kafka_writes_them() -> None:
    assert load_settings().security_protocol == "plaintext"
    given = load_settings(**SCRAM | {"security_protocol": "SASL_SSL", "sasl_mechanism": "scram-sha-512"})
    assert (given.security_protocol, given.sasl_mechanism) == ("sasl_ssl", "SCRAM-SHA-512")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security_protocol": "tls"}, ["SECURITY_PROTOCOL: must be 'plaintext', 'ssl', 'sasl_plaintext' or 'sasl_ssl', not 'tls'"]),
        (
            {"security_protocol": "sasl_ssl"},
            ["SASL_MECHANISM is missing: sasl_ssl needs one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"],
        ),
        (
            {"sasl_password": SECRET},
            ["SASL_PASSWORD is given, but SECURITY_PROTOCOL is plaintext: it is used with sasl_ssl and sasl_plaintext only"],
        ),
        (SCRAM | {"sasl_username": None}, ["SASL_USERNAME is missing: SASL_MECHANISM is SCRAM-SHA-512"]),
        (SCRAM | {"sasl_password": None}, ["SASL_PASSWORD (or SASL_PASSWORD_FILE) is missing: SASL_MECHANISM is SCRAM-SHA-512"]),
        (
            SCRAM | {"sasl_password_file": "/nowhere"},
            [
                "SASL_PASSWORD and SASL_PASSWORD_FILE are both given: leave one out",
                "SASL_PASSWORD_FILE: /nowhere cannot be read: no such file or directory",
            ],
        ),
        (
            SCRAM | {"sasl_oauthbearer_scope": "kafka"},
            ["SASL_OAUTHBEARER_SCOPE is given, but SASL_MECHANISM is SCRAM-SHA-512, which does not use it"],
        ),
        (OAUTH | {"sasl_username": "worker"}, ["SASL_USERNAME is given, but SASL_MECHANISM is OAUTHBEARER, which does not use it"]),
        (
            OAUTH | {"sasl_oauthbearer_client_secret": None, "sasl_oauthbearer_client_id": None},
            [
                "SASL_OAUTHBEARER_CLIENT_ID is missing: SASL_MECHANISM is OAUTHBEARER",
                "SASL_OAUTHBEARER_CLIENT_SECRET (or SASL_OAUTHBEARER_CLIENT_SECRET_FILE) is missing: SASL_MECHANISM is OAUTHBEARER",
            ],
        ),
        (
            OAUTH | {"sasl_oauthbearer_token_endpoint_url": f"https://worker:{SECRET}@login.example/"},
            ["SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: must hold no user and no password"],
        ),
        (OAUTH | {"sasl_oauthbearer_extensions": "lkc-1"}, ["SASL_OAUTHBEARER_EXTENSIONS: must be name=value, or several with commas "]),
        (
            {"security_protocol": "sasl_plaintext", "ssl_ca_location": "/etc/hosts", "sasl_mechanism": "PLAIN"}
            | dict(list(SCRAM.items())[2:]),
            ["SSL_CA_LOCATION is given, but SECURITY_PROTOCOL is sasl_plaintext: TLS is spoken with ssl and sasl_ssl only"],
        ),
        (
            {"security_protocol": "ssl", "ssl_key_password": SECRET},
            ["SSL_KEY_LOCATION is missing: SSL_KEY_PASSWORD is given"],
        ),
    ],
)
def test_each_contradiction_is_told_by_name(given: dict[str, object], said: list[str]) -> None:
    told = mistakes(**given)
    assert len(told) == len(said)
    assert [mistake for mistake, start in zip(told, said, strict=True) if not mistake.startswith(start)] == []


def test_a_file_that_cannot_be_used_is_told_with_what_is_wrong(authority: Authority, ours: Certificate, tmp_path: Path) -> None:
    junk, empty = tmp_path / "junk", tmp_path / "empty"
    junk.write_text("no PEM at all")
    empty.write_text("\n")
    other = authority.certify("other", "other@example")
    right = {"security_protocol": "ssl", "ssl_certificate_location": ours.chain, "ssl_key_location": ours.key}
    for changed, said in (
        ({"ssl_ca_location": junk}, f"SSL_CA_LOCATION: {junk} holds no certificate in PEM form"),
        ({"ssl_ca_location": empty}, f"SSL_CA_LOCATION: {empty} is empty"),
        ({"ssl_ca_location": tmp_path}, f"SSL_CA_LOCATION: {tmp_path} cannot be read: is a directory"),
        ({"ssl_certificate_location": junk}, f"SSL_CERTIFICATE_LOCATION: {junk} holds no certificate in PEM form"),
        ({"ssl_certificate_location": None}, "SSL_CERTIFICATE_LOCATION is missing: SSL_KEY_LOCATION is given"),
        ({"ssl_key_location": None}, "SSL_KEY_LOCATION is missing: SSL_CERTIFICATE_LOCATION is given"),
        ({"ssl_key_location": junk}, f"SSL_KEY_LOCATION: {junk} holds no key in PEM form"),
        ({"ssl_key_location": other.key}, f"SSL_KEY_LOCATION: {other.key} is not the key of the certificate in {ours.chain}"),
        ({"ssl_key_location": ours.sealed}, f"SSL_KEY_PASSWORD: is missing: {ours.sealed} is encrypted"),
        ({"ssl_key_location": ours.sealed, "ssl_key_password": SECRET}, f"SSL_KEY_PASSWORD: does not open {ours.sealed}"),
        ({"ssl_key_password_file": empty}, f"SSL_KEY_PASSWORD_FILE: {empty} is empty"),
    ):
        assert mistakes(**right | changed) == [said]
    load_settings(**right)
    load_settings(**right | {"ssl_key_location": ours.sealed, "ssl_key_password": KEY_PASSWORD})


def test_a_secret_is_shown_by_nothing() -> None:
    for given in (SCRAM, OAUTH):
        settings = load_settings(**given)
        security = Security(settings)
        assert (
            SECRET
            not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {security!r} {vars(security)['_oauth']!r}"
        )


def test_a_secret_from_a_file_is_its_text_without_the_end_of_the_line(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f" {SECRET} \r\n")
    security = Security(load_settings(**SCRAM | {"sasl_password": None, "sasl_password_file": file}))
    assert security.aiokafka("k:1")["sasl_plain_password"] == f" {SECRET} "
    assert security.librdkafka("k:1")["sasl.password"] == f" {SECRET} "


def test_a_command_minds_no_other_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_STUCK_MS", "soon")
    monkeypatch.setenv("THROUGHLINE_SECURITY_PROTOCOL", "ssl")
    assert load_access().security_protocol == "ssl"


def test_both_clients_are_told_the_same() -> None:
    without_tls = Security(Access())
    assert without_tls.aiokafka("k:1") == {"bootstrap_servers": "k:1", "security_protocol": "PLAINTEXT"}
    assert without_tls.librdkafka("k:1") == {"bootstrap.servers": "k:1", "security.protocol": "plaintext"}
    scram = Security(load_settings(**SCRAM | {"ssl_endpoint_identification_algorithm": "none"}))
    ours = scram.aiokafka("k:1")
    assert not ours.pop("ssl_context").check_hostname
    assert ours == {
        "bootstrap_servers": "k:1",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "worker",
        "sasl_plain_password": SECRET,
    }
    assert scram.librdkafka("k:1") == {
        "bootstrap.servers": "k:1",
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "worker",
        "sasl.password": SECRET,
        "ssl.endpoint.identification.algorithm": "none",
    }
