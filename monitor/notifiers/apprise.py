"""Hands a digest's text to a service that Apprise knows, named by its tag in Apprise's own file; an optional extra."""

import io
import logging
from typing import Any

from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedEmail
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from seeds.sections import AppriseSettings
from storage.values import DeliveryRow

MISSING = "apprise is not installed: pip install --editable '.[apprise]' in Twinwatch's folder"


class AppriseNotifier:
    """Recipients are tags of the file of settings, so that the services' secrets stay in it."""

    def __init__(self, settings: AppriseSettings) -> None:
        self.settings = settings

    def hand_over(
        self, rendered: RenderedEmail, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        """Sends subject and text to the one service with the tag `recipient`, in several messages where it is long.

        Apprise says only whether it worked. Where not, it most likely did not arrive: the next attempt says that it
        may be a repeat.
        """
        try:
            import apprise
        except ImportError:
            return Outcome("retry", MISSING)
        if self.settings.config_file is None or not self.settings.config_file.is_file():
            return Outcome("retry", "apprise.config_file is not set, or not there")
        known = apprise.Apprise()
        known.add(apprise.AppriseConfig(paths=str(self.settings.config_file)))
        services = list(known.find(recipient))
        if len(services) != 1:
            count = len(services) or "no"
            return Outcome("retry", f"{count} services have the tag {make_plain(recipient, 60)!r}; one is needed")
        return self._notify(services[0], rendered)

    def _notify(self, service: Any, rendered: RenderedEmail) -> Outcome:
        service.overflow_mode = "split"
        service.socket_connect_timeout = service.socket_read_timeout = self.settings.timeout_seconds
        said = io.StringIO()
        handler, log = logging.StreamHandler(said), logging.getLogger("apprise")
        handler.setLevel(logging.WARNING)  # its debug lines hold the services' secrets
        log.propagate = False
        log.addHandler(handler)
        try:
            arrived = service.notify(body=rendered.text, title=make_plain(rendered.subject))
        except Exception as error:
            # A service is somebody else's code, and may raise anything.
            return Outcome("retry", f"apprise: {type(error).__name__}", may_have_arrived=True)
        finally:
            log.removeHandler(handler)
        if arrived:
            return Outcome("sent", parts_sent=1)
        reason = make_plain(said.getvalue(), 200) or "no reason given"
        return Outcome("retry", f"{service.service_name or 'the service'} did not take it: {reason}",
                       may_have_arrived=True)
