"""How Kafka is reached: over which protocol, as whom, and whom we trust. Named as librdkafka names it, with `_` for the dots.

A secret comes from its variable or from a file (`..._FILE`), which is read once, at the start.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.kafka.certificates import Unusable, client_context

PREFIX = "THROUGHLINE_"

OAUTH = "OAUTHBEARER"
_PASSWORD_FIELDS = ("sasl_username", "sasl_password", "sasl_password_file")
_OAUTH_FIELDS = (
    "sasl_oauthbearer_token_endpoint_url",
    "sasl_oauthbearer_client_id",
    "sasl_oauthbearer_client_secret",
    "sasl_oauthbearer_client_secret_file",
    "sasl_oauthbearer_scope",
    "sasl_oauthbearer_extensions",
    "https_ca_location",
)
_SECRET_FIELDS = frozenset(
    {"sasl_password", "sasl_oauthbearer_client_secret", "sasl_oauthbearer_token_endpoint_url", "ssl_key_password", "log_key"}
)
"""And a URL, which may hold a password although it must not."""
_TLS_FIELDS = (
    "ssl_ca_location",
    "ssl_certificate_location",
    "ssl_key_location",
    "ssl_key_password",
    "ssl_key_password_file",
    "ssl_endpoint_identification_algorithm",
)


def variable(field: str) -> str:
    return PREFIX + field.upper()


def secret(field: str) -> bool:
    """Whether what it holds must never be shown, not even where it is wrong."""
    return field in _SECRET_FIELDS


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _upper(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL that begins with https:// (or http://)")
    if parts.username or parts.password:
        raise ValueError("must hold no user and no password: the client's id and secret have variables of their own")
    return text


def _pairs(text: str) -> str:
    if not all(name.strip() and value.strip() for name, _, value in (pair.partition("=") for pair in text.split(","))):
        raise ValueError("must be name=value, or several with commas between")
    return text


class Access(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    security_protocol: Annotated[Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"], BeforeValidator(_lower)] = Field(
        "plaintext", description="What the brokers' listener speaks; sasl_plaintext shows what is read and written to whoever listens"
    )
    sasl_mechanism: Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"], BeforeValidator(_upper)] | None = Field(
        None, description="How the worker or command proves who it is; needed with sasl_plaintext and sasl_ssl"
    )
    sasl_username: str | None = Field(None, description="With PLAIN and SCRAM")
    sasl_password: SecretStr | None = Field(None, description="With PLAIN and SCRAM")
    sasl_password_file: Path | None = Field(None, description="A file that holds the password and nothing else, in place of it")
    sasl_oauthbearer_token_endpoint_url: Annotated[str, AfterValidator(_url)] | None = Field(
        None, description="With OAUTHBEARER: where an access token is asked for, by client credentials"
    )
    sasl_oauthbearer_client_id: str | None = Field(None, description="With OAUTHBEARER")
    sasl_oauthbearer_client_secret: SecretStr | None = Field(None, description="With OAUTHBEARER")
    sasl_oauthbearer_client_secret_file: Path | None = Field(None, description="A file that holds the secret and nothing else")
    sasl_oauthbearer_scope: str | None = Field(None, description="With OAUTHBEARER: the scope that the token is asked for")
    sasl_oauthbearer_extensions: Annotated[str, AfterValidator(_pairs)] | None = Field(
        None, description="With OAUTHBEARER: what some clouds want beside the token, such as logicalCluster=lkc-1,identityPoolId=pool-1"
    )
    https_ca_location: Path | None = Field(
        None, description="The certificates (PEM) that the token endpoint's is checked against; without it, those of the machine"
    )
    ssl_ca_location: Path | None = Field(
        None, description="The certificates (PEM) that the brokers' are checked against; without it, those of the machine"
    )
    ssl_certificate_location: Path | None = Field(None, description="This client's own certificate (PEM), with its chain, for mutual TLS")
    ssl_key_location: Path | None = Field(None, description="The key (PEM) of that certificate")
    ssl_key_password: SecretStr | None = Field(None, description="Opens the key, where it is encrypted")
    ssl_key_password_file: Path | None = Field(None, description="A file that holds that password and nothing else")
    ssl_endpoint_identification_algorithm: Annotated[Literal["https", "none"], BeforeValidator(_lower)] | None = Field(
        None, description="none: a broker's certificate need not name its host, so that who stole any certificate of the CA may listen in"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        mistakes = list(dict.fromkeys((*self._out_of_place(), *self._missing(), *self._unreadable())))
        if not mistakes and self.tls:
            mistakes = self._unusable()
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    @property
    def tls(self) -> bool:
        return self.security_protocol in {"ssl", "sasl_ssl"}

    @property
    def sasl(self) -> bool:
        return self.security_protocol in {"sasl_plaintext", "sasl_ssl"}

    def secret(self, field: str) -> str | None:
        """Of `sasl_password` and the like, from its variable or from its file."""
        given: SecretStr | None = getattr(self, field)
        if given is not None:
            return given.get_secret_value()
        file: Path | None = getattr(self, f"{field}_file")
        return None if file is None else file.read_text().rstrip("\r\n")

    def _given(self, fields: tuple[str, ...]) -> list[str]:
        return [field for field in fields if getattr(self, field) is not None]

    def _out_of_place(self) -> Iterator[str]:
        """What is given and would not be used: somebody believes in a protection that is not there."""
        chosen = f"{variable('security_protocol')} is {self.security_protocol}"
        if not self.tls:
            for field in self._given(_TLS_FIELDS):
                yield f"{variable(field)} is given, but {chosen}: TLS is spoken with ssl and sasl_ssl only"
        if not self.sasl:
            for field in self._given(("sasl_mechanism", *_PASSWORD_FIELDS, *_OAUTH_FIELDS)):
                yield f"{variable(field)} is given, but {chosen}: it is used with sasl_ssl and sasl_plaintext only"
        elif self.sasl_mechanism is not None:
            for field in self._given(_PASSWORD_FIELDS if self.sasl_mechanism == OAUTH else _OAUTH_FIELDS):
                yield f"{variable(field)} is given, but {variable('sasl_mechanism')} is {self.sasl_mechanism}, which does not use it"
        for field in ("sasl_password", "sasl_oauthbearer_client_secret", "ssl_key_password"):
            if len(self._given((field, f"{field}_file"))) == 2:
                yield f"{variable(field)} and {variable(field)}_FILE are both given: leave one out"

    def _missing(self) -> Iterator[str]:
        if self.sasl and self.sasl_mechanism is None:
            mechanisms = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
            yield f"{variable('sasl_mechanism')} is missing: {self.security_protocol} needs one of {mechanisms}"
        elif self.sasl_mechanism == OAUTH:
            yield from self._needs(f"{variable('sasl_mechanism')} is {OAUTH}", *_OAUTH_FIELDS[:3])
        elif self.sasl_mechanism is not None:
            yield from self._needs(f"{variable('sasl_mechanism')} is {self.sasl_mechanism}", *_PASSWORD_FIELDS[:2])
        if self.ssl_key_location is not None:
            yield from self._needs(f"{variable('ssl_key_location')} is given", "ssl_certificate_location")
        for given in self._given(("ssl_certificate_location", "ssl_key_password", "ssl_key_password_file"))[:1]:
            yield from self._needs(f"{variable(given)} is given", "ssl_key_location")

    def _needs(self, because: str, *fields: str) -> Iterator[str]:
        for field in fields:
            file = f"{field}_file"
            if getattr(self, field) is None and getattr(self, file, None) is None:
                also = f" (or {variable(file)})" if file in type(self).model_fields else ""
                yield f"{variable(field)}{also} is missing: {because}"

    def _unreadable(self) -> Iterator[str]:
        for field in self._given(tuple(name for name in Access.model_fields if name.endswith(("_file", "_location")))):
            file: Path = getattr(self, field)
            try:
                empty = not file.read_bytes().strip()
                if field.endswith("_file"):
                    file.read_text()
            except OSError as error:
                yield f"{variable(field)}: {file} cannot be read: {(error.strerror or type(error).__name__).lower()}"
            except UnicodeDecodeError:
                yield f"{variable(field)}: {file} is no text"
            else:
                if empty:
                    yield f"{variable(field)}: {file} is empty"

    def _unusable(self) -> list[str]:
        try:
            client_context(**self.tls_files())
        except Unusable as unusable:
            return [f"{variable(unusable.field)}: {unusable}"]
        return []

    def tls_files(self) -> dict[str, Any]:
        """What `client_context` takes."""
        return {
            "authorities": self.ssl_ca_location,
            "certificate": self.ssl_certificate_location,
            "key": self.ssl_key_location,
            "password": self.secret("ssl_key_password"),
            "check_hostname": self.ssl_endpoint_identification_algorithm != "none",
        }


UNSECURED = Access.model_construct()
"""Of the embedded broker, which asks nobody who he is, whatever the environment says of another Kafka."""
