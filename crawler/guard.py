"""Says which addresses may be connected to and stands between name and connection; it fetches nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.refusals import GuardRefused
from seeds.networks import Network, find_inner, is_private

NO_CONTACT = "guard_no_contact"


@dataclass(frozen=True)
class Guard:
    """What may be connected to: `allow_networks` always, public addresses only when somebody is named as contact."""

    allow_networks: tuple[Network, ...] = ()
    has_contact: bool = False

    def find_refusal(self, host: str) -> str:
        """Why the numeric address `host` is refused, as the name of a counter; empty where it is not."""
        try:
            address = ip_address(host)
        except ValueError:
            return "guard_bad_address"
        inner = find_inner(address)
        if any(inner in network for network in self.allow_networks):
            return ""
        if is_private(inner):
            return "guard_private_address"
        return "" if self.has_contact else NO_CONTACT


def find_url_refusal(url: str) -> str:
    """Why `url` is not asked for, whatever it resolves to; empty where nothing speaks against it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
        if ":" not in host:
            host.encode("idna")  # the resolver never answers for labels that are empty or too long
    except ValueError:
        return "guard_bad_host"
    if parts.scheme not in ("http", "https"):
        return "guard_scheme"
    if "@" in parts.netloc:
        return "guard_userinfo"
    # A zone id names a link of this machine, never a public address; Twisted would take it for a name.
    return "" if host and "%" not in host else "guard_bad_host"


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's resolver (the system's own) without the addresses that the guard refuses.

    Every connection passes through it at connect time: names, numbers in any notation, redirects. Nothing is cached,
    so an answer that changes between two requests is checked again. `refusals` tells why a host got no address.
    """

    def __init__(self, reactor: Any, guard: Guard) -> None:
        self._reactor, self._inner, self._guard = reactor, reactor.nameResolver, guard
        self.refusals: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        """Made by Scrapy (TWISTED_DNS_RESOLVER) for the whole process."""
        networks = tuple(ip_network(text) for text in crawler.settings.getlist("GUARD_ALLOW_NETWORKS"))
        return cls(reactor, Guard(networks, crawler.settings.getbool("GUARD_HAS_CONTACT")))

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self, resolutionReceiver: IResolutionReceiver, hostName: str, portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None, transportSemantics: str = "TCP",
    ) -> IHostResolution:
        receiver = _FilteringReceiver(resolutionReceiver, hostName, self)
        resolution: IHostResolution = self._inner.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics)
        return resolution

    def find_refusal(self, host: str) -> str:
        return self._guard.find_refusal(host)


@implementer(IResolutionReceiver)
class _FilteringReceiver:
    def __init__(self, receiver: Any, host: str, resolver: GuardedResolver) -> None:
        self._receiver, self._host, self._resolver = receiver, _host_key(host), resolver
        self._passed, self._reason = False, ""

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        reason = self._resolver.find_refusal(address.host)
        if reason:
            self._reason = reason
            return
        self._passed = True
        self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:
        self._resolver.refusals.pop(self._host, None)
        if self._reason and not self._passed:
            self._resolver.refusals[self._host] = self._reason
        self._receiver.resolutionComplete()


def _host_key(host: str) -> str:
    return host.strip("[]").lower() if host.isascii() else host.encode("idna").decode().lower()


class GuardMiddleware:
    """Refuses addresses by their form before they are resolved, and names the resolver's refusals."""

    def __init__(self, crawler: Crawler) -> None:
        from twisted.internet import reactor  # only now is it the reactor that Scrapy installed

        if not isinstance(reactor.nameResolver, GuardedResolver):
            GuardedResolver.from_crawler(crawler, reactor).install_on_reactor()
        self._resolver: GuardedResolver = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        reason = find_url_refusal(request.url)
        if reason:
            raise GuardRefused(request.url, reason)

    def process_exception(self, request: Request, exception: Exception) -> None:
        reason = self._resolver.refusals.get(_host_key(urlsplit(request.url).hostname or ""))
        if reason and isinstance(exception, CannotResolveHostError):
            raise GuardRefused(request.url, reason)
