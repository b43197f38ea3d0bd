"""A resolver that knows a few made-up names, behind the guard's own: for tests of what names lead to."""

import json
import os
from collections import Counter
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.guard import GuardedResolver

ANSWERS = "TEST_NAMES"  # JSON: the answers by name, one list of addresses for each time it is asked for


@implementer(IHostnameResolver)
class MadeUpNames:
    """Answers from the environment; names that are not there have no address."""

    def __init__(self) -> None:
        self._answers: dict[str, list[list[str]]] = json.loads(os.environ[ANSWERS])
        self._asked: Counter[str] = Counter()

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, *_: Any, **__: Any) -> Any:
        receiver.resolutionBegan(self)
        answers = self._answers.get(hostName, [[hostName] if hostName[0].isdigit() else []])
        number = min(self._asked[hostName], len(answers) - 1)
        self._asked[hostName] += 1
        for address in answers[number]:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()
        return self


class GuardedNames(GuardedResolver):
    """The guard before the made-up names: for Scrapy's setting TWISTED_DNS_RESOLVER."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        reactor.installNameResolver(MadeUpNames())
        return super().from_crawler(crawler, reactor)
