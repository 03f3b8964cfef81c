"""The certificate of the door: what lets a mail program that insists on https ask on this machine.

A root that can vouch for nothing but ``localhost`` and 127.0.0.1 signs one certificate, and its key is never
written: who trusts it trusts that certificate, and nothing that could be made later. All of it lies in
``certificate`` of the home.
"""

from __future__ import annotations

import os
import shutil
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

from goodwill.errors import StoreError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import Certificate as X509
    from cryptography.x509 import CertificateBuilder

FOLDER, ROOT, LEAF, KEY = "certificate", "root.crt", "localhost.pem", "localhost.key"
NAME = "Goodwill on this machine"
"""What the owner sees in the system's list of roots."""
HOST, ADDRESS = "localhost", IPv4Address("127.0.0.1")
LASTS = timedelta(days=730)
"""Apple believes no certificate that lasts longer than 825 days."""
NEAR = timedelta(days=30)
"""How long before its end a new one should be made."""
REMEDY = "Remove it with: goodwill certificate --remove"


@dataclass(frozen=True)
class Certificate:
    """The certificate of one home, which may not be there (yet)."""

    home: Path

    @property
    def root(self) -> Path:
        """What the owner's system is to trust."""
        return self.home / FOLDER / ROOT

    @property
    def leaf(self) -> Path:
        """What the door shows."""
        return self.home / FOLDER / LEAF

    @property
    def key(self) -> Path:
        """What only the door has."""
        return self.home / FOLDER / KEY

    @cached_property
    def _found(self) -> X509:
        from cryptography.x509 import load_pem_x509_certificate

        try:
            return load_pem_x509_certificate(self.root.read_bytes())
        except OSError as error:
            raise StoreError(f"{self.root}: cannot be read: {error.strerror}") from None
        except ValueError:
            raise StoreError(f"{self.root}: is no certificate", REMEDY) from None

    @property
    def exists(self) -> bool:
        return all(path.is_file() for path in (self.root, self.leaf, self.key))

    @property
    def until(self) -> datetime:
        """Its last moment; raises StoreError where it cannot be read."""
        return self._found.not_valid_after_utc

    @property
    def thumb(self) -> str:
        """The SHA-1 by which systems name a root; raises StoreError where it cannot be read."""
        from cryptography.hazmat.primitives.hashes import SHA1

        return self._found.fingerprint(SHA1()).hex().upper()

    def holds(self, at: datetime) -> bool:
        """Whether it is there and is believed ``at`` that moment."""
        return self.exists and at < self.until

    def proven(self) -> None:
        """Raises StoreError where the door could not use what is there."""
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.leaf, self.key)
        except (OSError, ValueError):
            raise StoreError(f"{self.leaf.parent}: holds no usable certificate", REMEDY) from None

    def make(self, now: datetime) -> None:
        """Make it, in place of an older one; the owner has to trust it anew."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        signer, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _root(signer.public_key(), now).sign(signer, _sha256())
        leaf = _leaf(key.public_key(), root, now).sign(signer, _sha256())
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            self.root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self.key, secret)
            _write(self.leaf, leaf.public_bytes(Encoding.PEM))
            _write(self.root, root.public_bytes(Encoding.PEM))
        except OSError as error:
            raise StoreError(f"{error.filename}: cannot be written: {error.strerror}") from None
        self.__dict__.pop("_found", None)

    def remove(self) -> None:
        """Delete every file of it."""
        try:
            shutil.rmtree(self.root.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"{error.filename}: cannot be removed: {error.strerror}") from None


def trusting(path: Path, platform: str) -> str:
    """The one step that makes a system believe the root at ``path``."""
    if platform == "win32":
        return f'certutil -user -addstore Root "{path}"'
    if platform == "darwin":
        return f'security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "{path}"'
    return f'certutil -d sql:$HOME/.pki/nssdb -A -t "C,," -n "{NAME}" -i "{path}"'


def distrusting(thumb: str, platform: str) -> str:
    """The step that takes it back."""
    if platform == "win32":
        return f"certutil -user -delstore Root {thumb}"
    if platform == "darwin":
        return f"security delete-certificate -t -Z {thumb} ~/Library/Keychains/login.keychain-db"
    return f'certutil -d sql:$HOME/.pki/nssdb -D -n "{NAME}"'


def _root(public: ec.EllipticCurvePublicKey, now: datetime) -> CertificateBuilder:
    from cryptography import x509

    only = [x509.DNSName(HOST), x509.IPAddress(IPv4Network(f"{ADDRESS}/32"))]
    return (
        _begun(NAME, NAME, public, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=only, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _leaf(public: ec.EllipticCurvePublicKey, root: X509, now: datetime) -> CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    above = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    names = [x509.DNSName(HOST), x509.IPAddress(ADDRESS)]
    return (
        _begun(HOST, NAME, public, now)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
    )


def _begun(whose: str, by: str, public: ec.EllipticCurvePublicKey, now: datetime) -> CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (whose, by))
    begin = now.astimezone(UTC).replace(microsecond=0) - timedelta(hours=1)  # clocks differ
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LASTS)
    )


def _usage(signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=False, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _sha256() -> SHA256:
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for the owner's eyes only."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
