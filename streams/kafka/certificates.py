"""Our side of TLS: whom we trust, and what we show. A file of which nothing can be made is told by the setting that names it."""

import ssl
from pathlib import Path


class Unusable(Exception):
    """The text says what is wrong with the file that `field` names."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def client_context(
    *,
    authorities: Path | None,
    certificate: Path | None = None,
    key: Path | None = None,
    password: str | None = None,
    check_hostname: bool = True,
    trusted_by: str = "ssl_ca_location",
) -> ssl.SSLContext:
    """`authorities`: None for those of the machine; `trusted_by`: the setting that names them. The files are readable, and not empty."""
    try:
        context = ssl.create_default_context(cafile=authorities)
    except ssl.SSLError:
        raise Unusable(trusted_by, f"{authorities} holds no certificate in PEM form") from None
    context.check_hostname = check_hostname
    if certificate is not None and key is not None:
        _show(context, certificate, key, password)
    return context


def _show(context: ssl.SSLContext, certificate: Path, key: Path, password: str | None) -> None:
    if b"-----BEGIN CERTIFICATE-----" not in certificate.read_bytes():
        raise Unusable("ssl_certificate_location", f"{certificate} holds no certificate in PEM form")
    text = key.read_bytes()
    if b"PRIVATE KEY-----" not in text:
        raise Unusable("ssl_key_location", f"{key} holds no key in PEM form")
    if b"ENCRYPTED" in text and not password:
        raise Unusable("ssl_key_password", f"is missing: {key} is encrypted")
    try:
        # With no password given OpenSSL would ask for it on the terminal.
        context.load_cert_chain(certificate, key, password or "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise Unusable("ssl_key_location", f"{key} is not the key of the certificate in {certificate}") from None
        if b"ENCRYPTED" in text:
            raise Unusable("ssl_key_password", f"does not open {key}") from None
        raise Unusable("ssl_certificate_location", f"{certificate} and {key} cannot be used ({error.reason or 'no valid PEM'})") from None
