"""Lets recipients leave a subscription and come back, and says who is left; it sends nothing and serves no page."""

import logging
from email.utils import parseaddr
from typing import TYPE_CHECKING

from seeds.subscription import Subscription

if TYPE_CHECKING:
    from monitor.application import Application

LEFT = "the recipient unsubscribed"
log = logging.getLogger(__name__)


def leave(application: "Application", subscription: str, recipient: str) -> bool:
    """From now on `recipient` gets no more of `subscription`, nor what still waits; whether it is new."""
    is_new = application.store.unsubscribed.leave(subscription, find_bare(recipient), application.clock())
    if is_new:
        log.warning("subscription %s: %s unsubscribed", subscription, recipient)
    return is_new


def resume(application: "Application", subscription: str, recipient: str) -> bool:
    """`recipient` gets the next digest of `subscription` again; whether it had left. What it missed is not replayed."""
    had_left = application.store.unsubscribed.resume(subscription, find_bare(recipient))
    if had_left:
        log.warning("subscription %s: %s subscribed again", subscription, recipient)
    return had_left


def has_left(application: "Application", subscription: str, recipient: str) -> bool:
    """Whether `recipient` gets no more of `subscription`."""
    return application.store.unsubscribed.has_left(subscription, find_bare(recipient))


def find_present(application: "Application", subscription: Subscription) -> tuple[str, ...]:
    """The recipients of the settings without those who left."""
    left = {row.recipient for row in application.store.unsubscribed.all() if row.subscription == subscription.name}
    return tuple(recipient for recipient in subscription.recipients if find_bare(recipient) not in left)


def find_bare(recipient: str) -> str:
    """A recipient as it is remembered: an address without its display name, in small letters; a channel as it is.

    A display name that is corrected in the settings must not subscribe anybody again.
    """
    address = parseaddr(recipient)[1]
    return address.casefold() if "@" in address else recipient
