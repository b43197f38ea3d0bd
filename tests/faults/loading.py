"""Loads and makes, once, what each life of the real programs would load anew; it starts no thread and no reactor.

Nothing of it depends on the database, the clock or what the papers print, so no life finds another world for it.
"""

import gc
import os
from functools import cache
from typing import Any

from scrapy.utils.project import get_project_settings
from sqlalchemy.orm import configure_mappers

import crawler.pipelines
import crawler.plan
import crawler.screening
import crawler.settings
import crawler.spiders.outlet
from crawler.rhythm import find_holidays
from monitor.application import Application
from monitor.judging.judge import Knowledge, judge
from monitor.judging.values import Story
from seeds.catalogue import Catalogue
from seeds.outlet import Country
from tests.faults.town import BEGIN_AT

# What Scrapy looks up by name at each start, also of what is switched off.
COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES")
# Of each language, so that every matcher and list of cues is made.
STORIES = (
    ("vi", "Huế và Chungcheongbuk ký thỏa thuận", "Thành phố Huế và tỉnh Chungcheongbuk (Hàn Quốc) ký thỏa thuận."),
    ("ko", "충북도, 후에시와 협약", "충청북도는 21일 베트남 후에시와 우호협력 협약을 체결했다."),
    ("en", "Hue and Chungcheongbuk sign", "Hue city and Chungcheongbuk province signed an agreement on Friday."),
)


def load() -> tuple[Knowledge, Catalogue]:
    """Everything that the settings of the environment name."""
    application = Application()
    knowledge, catalogue = application.knowledge, application.catalogue
    _load_crawls(catalogue)
    configure_mappers()
    for number, (lang, title, text) in enumerate(STORIES):
        judge(Story(str(number), f"https://a.example/{number}", lang, title, text), knowledge)
    gc.collect()
    gc.freeze()
    return knowledge, catalogue


def _load_crawls(catalogue: Catalogue) -> None:
    os.environ["SCRAPY_SETTINGS_MODULE"] = crawler.settings.__name__
    settings: Any = get_project_settings()
    for name in COMPONENTS:
        settings.get_component_priority_dict_with_base(name)
    crawler.plan.load_catalogue = lambda folder: catalogue  # type: ignore[assignment]
    crawler.screening.load_screen = cache(crawler.screening.load_screen)
    folder = Application().settings.seeds_dir
    countries: tuple[Country, ...] = ("VN", "KR")
    for country in countries:
        crawler.screening.load_screen(country, folder)
        find_holidays(country, BEGIN_AT.year)
