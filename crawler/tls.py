"""Safe connections: certificates are verified, but for hosts whose outlet says otherwise; names what was wrong."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from OpenSSL import SSL, crypto
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from service_identity import VerificationError
from twisted.internet._sslverify import ClientTLSOptions, _verifyCB
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from seeds.outlet import Outlet, Tls

LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's option: servers that cannot renegotiate safely (RFC 5746), refused since 3.0
EXPIRED = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
# X509_V_ERR_: no issuer at hand, self-signed, self-signed in the chain, no issuer locally, no first signature
UNKNOWN_ISSUER = frozenset({2, 18, 19, 20, 21})


def find_tls(outlets: Iterable[Outlet]) -> dict[str, Tls]:
    """How hosts (without their ports) are connected to, by name; those that are not in it strictly."""
    return {
        urlsplit(f"//{host}").hostname or host: outlet.tls
        for outlet in outlets if outlet.tls != "strict"
        for host in (*outlet.hosts, *(urlsplit(feed.url).netloc for feed in outlet.feeds))}


@implementer(IPolicyForHTTPS)
class TlsPolicy:
    """Twisted's policy for https. `faults` names what was wrong with the last certificate of a host.

    One context serves all hosts of a kind: each would load some 140 authorities, 5 ms of CPU and 1 MB, of its own.
    Authorities are the system's, or those of the file that SSL_CERT_FILE names.
    """

    def __init__(self, modes: Mapping[str, Tls]) -> None:
        self._modes = modes
        self.faults: dict[str, str] = {}

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        host = hostname.decode("ascii")
        mode = self._modes.get(host, "strict")
        if mode == "unverified":
            return _find_unverified().creatorForNetloc(hostname, port)
        return _Verified(_find_options(mode)._makeTLSConnection, host, self.faults)


class _Verified(ClientTLSOptions):
    """Twisted's verification, which tells nobody why it failed."""

    def __init__(self, connect: Any, host: str, faults: dict[str, str]) -> None:
        super().__init__(connect, host)
        self._faults = faults

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        connection = super().clientConnectionForTLS(tlsProtocol)
        twisted = _verifyCB(tlsProtocol, self._hostnameIsDnsName, self._hostnameASCII)
        faults, host = self._faults, self._hostname
        faults.pop(host, None)

        def verify(checked: SSL.Connection, certificate: crypto.X509, error: int, depth: int, ok: int) -> bool:
            if not ok:
                faults[host] = _name_fault(error)
            return bool(twisted(checked, certificate, error, depth, bool(ok)))

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return connection


def find_tls_failure(reasons: Iterable[object]) -> str:
    """The counted name of what ended a connection, by Twisted's reasons for it; empty where TLS had no part in it."""
    values = [getattr(reason, "value", reason) for reason in reasons]
    if any(isinstance(value, VerificationError) for value in values):
        return "certificate_name"
    faults = [value for value in values if isinstance(value, SSL.Error)]
    return ("tls_legacy" if "legacy renegotiation" in str(faults) else "tls") if faults else ""


def _name_fault(error: int) -> str:
    if error in EXPIRED:
        return "certificate_expired"
    return "certificate_issuer" if error in UNKNOWN_ISSUER else "certificate"


@cache
def _find_options(mode: Tls) -> CertificateOptions:
    options = CertificateOptions(trustRoot=platformTrust())  # type: ignore[no-untyped-call]
    if mode == "legacy":
        options.getContext().set_options(LEGACY_SERVER_CONNECT)
    return options


@cache
def _find_unverified() -> _ScrapyClientContextFactory:
    return _ScrapyClientContextFactory()
