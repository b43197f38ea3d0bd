"""Reasons for which a request is not sent; raised by the downloader middlewares, caught where a request is made."""

from datetime import datetime

from scrapy.exceptions import IgnoreRequest


class Refusal(IgnoreRequest):
    """A request that we do not send; `reason` is its counted name, `detail` a few words for people.

    `until` is when it may be asked for again, where somebody knows.
    """

    reason = "refused"

    def __init__(self, detail: str = "", reason: str = "", until: datetime | None = None) -> None:
        super().__init__(detail)
        self.detail, self.reason, self.until = detail, reason or self.reason, until


class GuardRefused(Refusal):
    """The address is none that we connect to; its reason begins with `guard_`."""


class HostBusy(Refusal):
    """Another crawl is asking this host, or died asking it: its lease ends at `until` if nobody renews it."""

    reason = "busy"


class HostBlocked(Refusal):
    """The host told us to stop, in this wave."""

    reason = "blocked"


class HostResting(Refusal):
    """The host asked to be left alone until `until`, longer than a wave can wait."""

    reason = "resting"


class HostSlow(Refusal):
    """robots.txt wants longer between two requests to the host than a wave waits; it may be asked at `until`.

    The reason is `slow_redirect` where what was asked for leads on to another address, which has to wait so too.
    """

    reason = "slow"


class HostSpent(Refusal):
    """The requests that we allow ourselves for one day are used up; the next day of the host begins at `until`."""

    reason = "budget"


class HostStopped(Refusal):
    """The crawl is at its end and asks for nothing more."""

    reason = "stopped"


class TlsRefused(Refusal):
    """No safe connection: `tls`, `tls_legacy` or what was wrong with the certificate."""

    reason = "tls"


class RobotsForbid(Refusal):
    """robots.txt keeps us out of this address."""

    reason = "robots_forbid"


class RobotsUnavailable(Refusal):
    """robots.txt could not be read for a fault of the server, so nothing is asked for (RFC 9309, 2.3.1.4)."""

    reason = "robots_unavailable"
