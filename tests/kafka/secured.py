"""A real Kafka that lets in only who proves who it is, and lets it do only what an ACL allows."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported, not declared
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from deploy.kafka.cluster import Cluster
from schemas.policy import Policy
from streams.kafka.acls import Grant, Role, needs
from tests.engine.live import APPLICATION, PATIENCE_S, POLICY, until
from tests.kafka.certified import PASSWORD as KEY_PASSWORD
from tests.kafka.certified import Authority
from tests.kafka.token_endpoint import CLIENT, SECRET

USER, PASSWORD = "worker", "a-password-that-nobody-shows"
LISTENERS = {
    "PASSWORDS": "SASL_SSL",
    "CERTIFICATES": "SSL",
    "TOKENS": "SASL_SSL",
    "EXPIRED": "SSL",
    "ELSEWHERE": "SSL",
    "SHORT": "SASL_SSL",
}
"""`EXPIRED` and `ELSEWHERE` show an expired and another host's certificate; `SHORT` ends each session after REAUTHENTICATED_MS."""
REAUTHENTICATED_MS = 3_000

_ANYBODY = "org.apache.kafka.common.security"
_SCRAM = f"{_ANYBODY}.scram.ScramLoginModule required;"
_PLAIN = f'{_ANYBODY}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
_OAUTH = f'{_ANYBODY}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
_UNSIGNED = f"{_ANYBODY}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"


class Secured:
    def __init__(self, folder: Path) -> None:
        self.authority, self.foreign = Authority(folder, "authority"), Authority(folder, "foreign")
        self.server = self.authority.certify("broker", "127.0.0.1")
        self.client = self.authority.certify(USER, "worker@example")
        self.expired = self.authority.certify("expired", "127.0.0.1", expired=True)
        self.elsewhere = self.authority.certify("elsewhere", "kafka.example")
        self.stranger = self.foreign.certify("stranger", "worker@example")
        self._cluster = Cluster(
            folder / "kafka",
            listeners=LISTENERS,
            properties=self._properties(),
            format_arguments=["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"],
        )
        self.listens = self._cluster.bootstraps
        """By listener; PLAINTEXT is the super user's."""

    def _properties(self) -> dict[str, str]:
        scram = {"sasl.enabled.mechanisms": "SCRAM-SHA-512", "scram-sha-512.sasl.jaas.config": _SCRAM}
        by_listener = {
            "PASSWORDS": scram | {"sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN", "plain.sasl.jaas.config": _PLAIN},
            "SHORT": scram | {"scram-sha-512.connections.max.reauth.ms": str(REAUTHENTICATED_MS)},
            "TOKENS": {
                "sasl.enabled.mechanisms": "OAUTHBEARER",
                "oauthbearer.sasl.jaas.config": _OAUTH,
                "oauthbearer.sasl.server.callback.handler.class": _UNSIGNED,
            },
            "CERTIFICATES": {"ssl.client.auth": "required", "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/"},
            "EXPIRED": {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(self.expired.store)},
            "ELSEWHERE": {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(self.elsewhere.store)},
        }
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.server.store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.file),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        } | {f"listener.name.{name.lower()}.{key}": value for name, given in by_listener.items() for key, value in given.items()}

    @contextmanager
    def running(self) -> Iterator["Secured"]:
        with self._cluster:
            self.admin = AdminClient({"bootstrap.servers": self.listens["PLAINTEXT"], "log_level": 0})
            yield self

    def kafka_log(self) -> str:
        return next(iter(self.server.store.parent.glob("kafka/*/log"))).read_text()

    def right(self, listener: str = "PASSWORDS") -> dict[str, str]:
        """Settings that let in; with TOKENS the endpoint is missing yet."""
        reached = {
            "kafka": self.listens[listener],
            "security_protocol": LISTENERS[listener].lower(),
            "ssl_ca_location": str(self.authority.file),
        }
        match listener:
            case "CERTIFICATES":
                return reached | {
                    "ssl_certificate_location": str(self.client.chain),
                    "ssl_key_location": str(self.client.sealed),
                    "ssl_key_password": KEY_PASSWORD,
                }
            case "TOKENS":
                return reached | {
                    "sasl_mechanism": "OAUTHBEARER",
                    "sasl_oauthbearer_client_id": CLIENT,
                    "sasl_oauthbearer_client_secret": SECRET,
                }
            case "PASSWORDS" | "SHORT":
                return reached | {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": USER, "sasl_password": PASSWORD}
            case _:
                return reached

    def allow(self, grants: Iterable[Grant]) -> None:
        """These, and nothing else; what was allowed before and is again is so all the time. Returns once the broker knows."""
        wanted = {binding for grant in grants for binding in _bindings(grant)}
        before = self._allowed()
        for made in self.admin.create_acls(list(wanted - before)).values() if wanted - before else ():
            made.result(PATIENCE_S)
        for gone in self.admin.delete_acls([_only(binding) for binding in before - wanted]).values() if before - wanted else ():
            gone.result(PATIENCE_S)
        until(lambda: self._allowed() == wanted, "the ACLs")

    def _allowed(self) -> set[AclBinding]:
        anything: Any = None  # declared as text
        every = AclBindingFilter(
            ResourceType.ANY, anything, ResourcePatternType.ANY, anything, anything, AclOperation.ANY, AclPermissionType.ANY
        )
        return set(self.admin.describe_acls(every).result(PATIENCE_S))


def _only(one: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(one.restype, one.name, one.resource_pattern_type, one.principal, one.host, one.operation, one.permission_type)


def rights() -> tuple[Grant, ...]:
    """All that a worker needs, as `throughline topics plan` tells it."""
    (needed,) = needs(Role.WORKER, Policy.model_validate(POLICY), APPLICATION, f"User:{USER}")
    return needed.grants


def without(grants: Iterable[Grant], option: str, name: str, operation: str) -> list[Grant]:
    """The same, but for one operation on one resource; its name as it is, or as it begins."""
    left = []
    for grant in grants:
        for one in grant.names:
            taken = {operation} if grant.option == option and one == name else set()
            kept = tuple(each for each in grant.operations if each not in taken)
            left += [Grant(grant.option, (one,), kept, grant.why, grant.prefixed)] if kept else []
    return left


def _bindings(grant: Grant) -> list[AclBinding]:
    pattern = ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL
    kind = ResourceType[grant.option.upper().replace("-", "_")]
    operations = [AclOperation[re.sub("(?<!^)(?=[A-Z])", "_", operation).upper()] for operation in grant.operations]
    return [
        AclBinding(kind, name, pattern, f"User:{USER}", "*", operation, AclPermissionType.ALLOW)
        for name in grant.names
        for operation in operations
    ]
