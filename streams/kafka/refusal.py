"""Why Kafka does not let a client in, or not do something, as a sentence that says what to mend."""

import ssl
from collections.abc import Iterable

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedSaslMechanismError,
)
from msgspec import Struct

from schemas.dead_letter import DEAD_LETTER_TOPIC
from streams.exits import MISCONFIGURED, REFUSED
from streams.kafka.access import OAUTH, variable
from streams.kafka.security import Security
from streams.kafka.tokens import TokenNotGiven

_EXPIRED, _NOT_YET = 10, 9
_UNTRUSTED = frozenset({2, 18, 19, 20, 21})
_OTHER_HOST = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_..., as `verify_code` has them."""
_WANTS_CERTIFICATE = frozenset({"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE"})


class Refusal(Struct, frozen=True):
    why: str
    code: int | None = None
    """The exit code where waiting does not mend it."""


def of_connection(error: BaseException, server: str, security: Security) -> Refusal:
    """For what a connection to `server` (host:port) failed with."""
    access = security.access
    for cause in _causes(error):
        match cause:
            case TokenNotGiven():
                return Refusal(cause.why, cause.code)
            case SaslAuthenticationFailed():
                return Refusal(f"{server} does not let {security.known_as!r} in with {access.sasl_mechanism}: {_proof(security)}", REFUSED)
            case UnsupportedSaslMechanismError():
                return Refusal(f"{server} does not offer {access.sasl_mechanism}: mend {variable('sasl_mechanism')}", MISCONFIGURED)
            case IllegalSaslStateError():
                said = f"{variable('security_protocol')} is {access.security_protocol}"
                return Refusal(f"{server} takes no SASL, but {said}", MISCONFIGURED)
            case ssl.SSLCertVerificationError():
                return Refusal(_certificate(cause, server, security), MISCONFIGURED)
            case ssl.SSLError(reason=str(reason)) if "_ALERT_" in reason:
                return _alert(reason, server, security)
    return Refusal(f"no Kafka answers at {server} ({_first_line(error)}): is it running, and is the address right?")


def of_request(error: BaseException) -> Refusal | None:
    """For an ACL that is missing; None for anything else."""
    for cause in _causes(error):
        match cause:
            case TopicAuthorizationFailedError(args=args):
                return _missing(f"the topic {_named(args)}", f"{_worker_rights(_named(args))} on it")
            case GroupAuthorizationFailedError(args=args):
                return _missing(f"the consumer group {_named(args)}", "Read on it")
            case TransactionalIdAuthorizationFailed(args=args):
                return _missing(f"the transactional id {_named(args)}", "Write and Describe on it")
            case ClusterAuthorizationFailedError():
                return _missing("the cluster", "it")
    return None


def _worker_rights(topics: str) -> str:
    """What a worker needs: it alone asks of Kafka by aiokafka. Channels it also writes to, where a record lies on the wrong partition."""
    only_written = all(topic == DEAD_LETTER_TOPIC or topic.startswith("alerts.") for topic in topics.split(", "))
    return "Write" if only_written else "Read and Write"


def _missing(what: str, operations: str) -> Refusal:
    return Refusal(f"Kafka does not let us use {what}: an ACL must allow {operations}", REFUSED)


def _named(args: Iterable[object]) -> str:
    names = [name for arg in args for name in (sorted(map(str, arg)) if isinstance(arg, set | frozenset | list | tuple) else [str(arg)])]
    return ", ".join(names)


def _proof(security: Security) -> str:
    if security.access.sasl_mechanism == OAUTH:
        return "it does not accept the access token; look at its log for the reason"
    return f"no such user there, or {variable('sasl_password')} is wrong"


def _certificate(error: ssl.SSLCertVerificationError, server: str, security: Security) -> str:
    said = error.verify_message.rstrip(".")
    match error.verify_code:
        case code if code == _EXPIRED:
            return f"the certificate of {server} has expired: Kafka needs a new one"
        case code if code == _NOT_YET:
            return f"the certificate of {server} is not yet valid: is this machine's clock right?"
        case code if code in _UNTRUSTED:
            trusted = security.access.ssl_ca_location or "this machine's authorities"
            return f"the certificate of {server} is signed by nobody in {trusted} ({said}): {variable('ssl_ca_location')} must hold its CA"
        case code if code in _OTHER_HOST:
            return (
                f"the certificate of {server} is another host's ({said}): reach Kafka by a name that is in it, or give Kafka one that "
                "names its advertised listener"
            )
    return f"the certificate of {server} is not to be trusted ({said})"


def _alert(reason: str, server: str, security: Security) -> Refusal:
    """What the server says of our certificate."""
    ours = security.access.ssl_certificate_location
    if ours is None:
        return Refusal(
            f"{server} wants a client certificate: give {variable('ssl_certificate_location')} and {variable('ssl_key_location')}",
            MISCONFIGURED,
        )
    said = reason.partition("_ALERT_")[2].lower().replace("_", " ")
    return Refusal(f"{server} does not accept the certificate in {ours} ({said}): has it expired, or does Kafka not know its CA?", REFUSED)


def _causes(error: BaseException) -> Iterable[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _first_line(error: BaseException) -> str:
    text = str(error.args[0]) if isinstance(error, KafkaError) and error.args else str(error)
    return (text or type(error).__name__).splitlines()[0]
