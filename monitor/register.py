"""The register of ties as it stands: what is known beforehand under what events have shown; it keeps nothing."""

from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.judging.ties import make_register
from seeds.gazetteer import Gazetteer
from storage.values import TieRow

if TYPE_CHECKING:
    from monitor.application import Application


def find_register(application: "Application") -> dict[tuple[str, str], TieRow]:
    """The register by pair."""
    shown = {(tie.vn_key, tie.kr_key): tie for tie in application.store.ties.all()}
    return {**find_known(application.gazetteer), **shown}


@lru_cache(maxsize=4)
def find_known(gazetteer: Gazetteer) -> dict[tuple[str, str], TieRow]:
    """What is known beforehand, by pair. Not to be changed: it is read once."""
    return {(tie.vn_key, tie.kr_key): tie for tie in make_register(gazetteer.ties, (), gazetteer)}
