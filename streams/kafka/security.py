"""The one place that knows how Kafka is reached: every client of aiokafka and of librdkafka is made with what stands here."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from streams.kafka.access import OAUTH, Access
from streams.kafka.certificates import client_context
from streams.kafka.tokens import Client, Tokens


class Security:
    """Made once a process: the files are read then, and its clients share one access token. Holds secrets, and shows none."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._password = access.secret("sasl_password")
        self._oauth = _oauth(access)
        self.context = client_context(**access.tls_files()) if access.tls else None
        self._tokens = Tokens(self._oauth, client_context(authorities=access.https_ca_location)) if self._oauth else None

    @property
    def known_as(self) -> str:
        """For messages: whom Kafka takes us for."""
        if self.access.sasl:
            return self.access.sasl_username or self.access.sasl_oauthbearer_client_id or ""
        certificate = self.access.ssl_certificate_location
        return f"the certificate in {certificate}" if certificate else "a client that shows nothing"

    def aiokafka(self, servers: str) -> dict[str, Any]:
        """The arguments that each client needs."""
        access = self.access
        reached: dict[str, Any] = {"bootstrap_servers": servers, "security_protocol": access.security_protocol.upper()}
        if self.context is not None:
            reached["ssl_context"] = self.context
        if access.sasl:
            reached["sasl_mechanism"] = access.sasl_mechanism
        if self._tokens is not None:
            reached["sasl_oauth_token_provider"] = self._tokens
        elif access.sasl:
            reached |= {"sasl_plain_username": access.sasl_username, "sasl_plain_password": self._password}
        return reached

    def librdkafka(self, servers: str) -> dict[str, str]:
        """The configuration that each client needs."""
        access = self.access
        wanted: dict[str, str | Path | None] = {
            "bootstrap.servers": servers,
            "security.protocol": access.security_protocol,
            "sasl.mechanism": access.sasl_mechanism,
            "sasl.username": access.sasl_username,
            "sasl.password": self._password,
            "ssl.ca.location": access.ssl_ca_location,
            "ssl.certificate.location": access.ssl_certificate_location,
            "ssl.key.location": access.ssl_key_location,
            "ssl.key.password": access.secret("ssl_key_password"),
            "ssl.endpoint.identification.algorithm": access.ssl_endpoint_identification_algorithm,
        }
        if self._oauth is not None:
            wanted |= {
                "sasl.oauthbearer.method": "oidc",
                "sasl.oauthbearer.token.endpoint.url": self._oauth.url,
                "sasl.oauthbearer.client.id": self._oauth.identity,
                "sasl.oauthbearer.client.secret": self._oauth.secret,
                "sasl.oauthbearer.scope": self._oauth.scope,
                "sasl.oauthbearer.extensions": self._oauth.extensions,
                "https.ca.location": access.https_ca_location,
            }
        return {name: str(value) for name, value in wanted.items() if value is not None}


@lru_cache(maxsize=4)
def security_of(access: Access) -> Security:
    """One for all that asks with the same settings."""
    return Security(access)


def _oauth(access: Access) -> Client | None:
    url, identity = access.sasl_oauthbearer_token_endpoint_url, access.sasl_oauthbearer_client_id
    if access.sasl_mechanism != OAUTH or url is None or identity is None:
        return None
    secret = access.secret("sasl_oauthbearer_client_secret") or ""
    return Client(url, identity, secret, access.sasl_oauthbearer_scope, access.sasl_oauthbearer_extensions)
