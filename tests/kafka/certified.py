"""Certificates of a test's own authorities, as files: for Java (PKCS #8 and chain in one) and for everybody else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

PASSWORD = "opens-the-key"  # noqa: S105 -- of a key that lives as long as a test


class Certificate(NamedTuple):
    chain: Path
    key: Path
    sealed: Path
    """The key, encrypted with PASSWORD."""
    store: Path
    """Key and chain: what Kafka calls a PEM key store."""


class Authority:
    def __init__(self, folder: Path, name: str) -> None:
        self._authority = trustme.CA()
        self._folder = folder
        self.file = folder / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def certify(self, name: str, *identities: str, expired: bool = False) -> Certificate:
        over = datetime.now(UTC) - timedelta(days=1) if expired else None
        issued = self._authority.issue_cert(*identities, common_name=name, not_after=over)
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
        chain = b"".join(pem.bytes() for pem in issued.cert_chain_pems)
        plain, sealed = _pem(key, serialization.NoEncryption()), _pem(key, serialization.BestAvailableEncryption(PASSWORD.encode()))
        made = Certificate(*(self._folder / f"{name}.{kind}" for kind in ("pem", "key", "sealed", "store")))
        for file, content in zip(made, (chain, plain, sealed, plain + chain), strict=True):
            file.write_bytes(content)
        return made


def _pem(key: PrivateKeyTypes, encryption: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
