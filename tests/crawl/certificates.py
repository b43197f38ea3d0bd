"""Certificates for servers on loopback, as authorities of their own make them; nothing is asked for."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storage.clock import utc_now


class Authority:
    """One that signs; `file` holds its own certificate, for SSL_CERT_FILE."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder, self.file = folder, folder / f"{name}.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = make_name(name)
        plain = x509.BasicConstraints(ca=True, path_length=None)
        made = _begin(self._name, self._name, self._key, timedelta()).add_extension(plain, critical=True)
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def sign(self, host: str, *, age: timedelta = timedelta()) -> Path:
        """A file with key and certificate for `host` (a name or number), made `age` ago for thirty days."""
        key = ec.generate_private_key(ec.SECP256R1())
        numeric = host.replace(".", "").isdigit()
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)) if numeric else x509.DNSName(host)])
        made = _begin(make_name(host), self._name, key, age).add_extension(names, critical=False)
        signed = made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self.folder / f"{host}-{age.days}-{self.file.stem}.pem"
        file.write_bytes(plain + signed)
        return file


def make_name(text: str) -> x509.Name:
    """A name with nothing but its common part."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, age: timedelta,
) -> x509.CertificateBuilder:
    begun_at = utc_now() - age - timedelta(hours=1)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begun_at)
        .not_valid_after(begun_at + timedelta(days=30)))
