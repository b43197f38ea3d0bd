"""The composition root: settings, store and seeds, opened when first asked for and handed to whoever needs them."""

import logging
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.journal import Journal
from monitor.judging.judge import Knowledge, load_knowledge
from monitor.links import Links, make_links
from monitor.locality_keys import refuse_localities
from monitor.recalling import open_journal
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError
from seeds.gazetteer import Gazetteer
from seeds.outlet import ZONES, Outlet
from seeds.settings import Settings, config_path, load_settings
from seeds.subscription import Subscription
from storage.clock import Clock, utc_now
from storage.engine import is_missing_file
from storage.files import make_private_folder
from storage.store import Store, open_store

UTC_ZONE = ZoneInfo("UTC")
LANGUAGE_ZONES = {"vi": ZoneInfo(ZONES["VN"]), "ko": ZoneInfo(ZONES["KR"])}
log = logging.getLogger(__name__)


class Application:
    """One process's view of Twinwatch. Nothing is read or opened before it is needed."""

    def __init__(
        self, settings: Settings | None = None, clock: Clock = utc_now, at_work_since: datetime | None = None
    ) -> None:
        """`at_work_since` is when the work began that this process joins; now, where it begins itself."""
        self.clock, self._at_work_since = clock, at_work_since
        if settings is not None:
            self.settings = settings

    @cached_property
    def settings(self) -> Settings:
        return load_settings()

    @cached_property
    def store(self) -> Store:
        """The store, in which every subscription of the settings has begun: it is told what is found from here on.

        Whoever opens it first makes a new subscription begin, before anything is crawled or assessed.
        """
        _tell_defaults(self.settings)
        store, at = open_store(self.settings.database_address), self._at_work_since or self.clock()
        for subscription in self.settings.subscription:
            store.digests.begin_subscription(subscription.name, at)
        return store

    @property
    def is_open(self) -> bool:
        """Whether the store was opened: asking for one that cannot be opened may wait for half a minute."""
        return "store" in vars(self)

    @cached_property
    def journal(self) -> Journal:
        """The journal of deliveries, with which the store agrees. HeldError where digests wait for a person."""
        return open_journal(self)

    @cached_property
    def links(self) -> Links:
        """The signed links of digests."""
        return make_links(self.settings)

    @cached_property
    def catalogue(self) -> Catalogue:
        return load_catalogue(self.settings.seeds_dir)

    @cached_property
    def knowledge(self) -> Knowledge:
        return load_knowledge(self.settings.seeds_dir)

    @property
    def gazetteer(self) -> Gazetteer:
        return self.knowledge.gazetteer

    @cached_property
    def watched(self) -> dict[str, Outlet]:
        """The outlets that are watched, by id: all, or those named in `crawl.outlets`."""
        named = self.settings.crawl.outlets
        return {i: self.find_outlet(i, "crawl.outlets") for i in named} if named else dict(self.catalogue.outlets)

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions of the settings; SettingsError naming all localities that nobody knows."""
        named = [(f"subscription {one.name}: localities", key) for one in self.settings.subscription
                 for key in one.localities]
        if wrong := [(where, key) for where, key in named if key not in self.gazetteer.localities]:
            raise refuse_localities(self.gazetteer, wrong)
        return tuple(self.settings.subscription)

    def check_locality(self, key: str, where: str) -> None:
        """Raises SettingsError unless `key` is in the gazetteer."""
        if key not in self.gazetteer.localities:
            raise refuse_localities(self.gazetteer, [(where, key)])

    def find_outlet(self, outlet_id: str, where: str = "") -> Outlet:
        """The outlet of that id; InputError where there is none."""
        outlet = self.catalogue.outlets.get(outlet_id)
        if outlet is None:
            near = _suggest(outlet_id, self.catalogue.outlets)
            raise InputError(f"no outlet {outlet_id!r}", where=where, advice=f"`twinwatch outlets` lists them{near}")
        return outlet

    def find_subscription(self, name: str) -> Subscription:
        """The subscription of that name; InputError where there is none."""
        found = {subscription.name: subscription for subscription in self.subscriptions}
        if name not in found:
            _tell_defaults(self.settings)
            known = f"there are: {', '.join(found)}" if found else "there are none yet; `twinwatch init` makes one"
            raise InputError(f"no subscription {name!r}", where="settings", advice=known)
        return found[name]

    def zone_of(self, outlet_id: str, lang: str = "") -> ZoneInfo:
        """The zone of an outlet's days; for one that is not in the catalogue that of the language, else UTC."""
        outlet = self.catalogue.outlets.get(outlet_id)
        return ZoneInfo(outlet.zone) if outlet else LANGUAGE_ZONES.get(lang, UTC_ZONE)

    def make_data_dir(self) -> Path:
        """The folder for everything that is written."""
        folder = self.settings.data_dir.absolute()
        make_private_folder(folder)
        return folder


def _tell_defaults(settings: Settings) -> None:
    """Says that no settings were found, where a store is about to begin: in a wrong folder that looks like a loss."""
    file = config_path().absolute()
    is_chosen = bool(settings.database_url) or "data_dir" in settings.model_fields_set
    if not is_chosen and not file.is_file() and is_missing_file(settings.database_address):
        log.warning("no %s in %s and no store yet: the defaults hold (`twinwatch --config FILE COMMAND` names a file "
                    "elsewhere)", file.name, file.parent)


def _suggest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
