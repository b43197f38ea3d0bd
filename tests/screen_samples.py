"""Whole digests to look at: a usual day, a week, nothing new, all broken, forty events; it asserts nothing."""

from datetime import timedelta

from monitor.digests.content import (
    Correction,
    Coverage,
    DigestArticle,
    DigestContent,
    DigestEvent,
    DigestPair,
    Later,
    OutletCoverage,
    Register,
    RegisterLine,
    Section,
    Summary,
)
from monitor.digests.headlines import make_headline
from tests.digest_samples import NOW

BASE = "https://watch.example/links"
TOKEN = "WyJldmVudCIsMTc2MTc4MjQwMCwiZTEiXQ.k3Jx9S0m7n2Q5vT8yB1dF4gH6jL0pR2sU5wX8zA1cE3"
PLACES = {
    "en": (("Huế", "Chungcheongnam"), ("Đà Nẵng", "Daegu"), ("Quảng Ninh", "Gangwon"), ("Lâm Đồng", "Hwasun"),
           ("Thành phố Hồ Chí Minh", "Busan")),
    "ko": (("후에", "충청남도"), ("다낭", "대구"), ("꽝닌", "강원특별자치도"), ("럼동", "화순군"),
           ("호찌민시", "부산")),
    "vi": (("Huế", "Chungcheongnam"), ("Đà Nẵng", "Daegu"), ("Quảng Ninh", "Gangwon"), ("Lâm Đồng", "Hwasun"),
           ("Thành phố Hồ Chí Minh", "Busan")),
}
HOURS = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}
QUOTES = {
    "vi": "Chiều 29/8, lãnh đạo hai địa phương đã ký bản ghi nhớ về hợp tác hữu nghị, trong đó ưu tiên nông nghiệp "
          "công nghệ cao, du lịch và đào tạo cán bộ.",
    "ko": "두 지역은 29일 우호협력 협약을 맺고 농업, 관광, 공무원 교육 분야에서 교류를 넓혀 나가기로 했다.",
    "en": "The two sides signed a memorandum of understanding on friendship and cooperation on August 29.",
}
OUTLETS = {
    "vi": ("Báo Sông Ngày Nay", "Đài Phát thanh và Truyền hình Ven Biển"), "ko": ("충청새날", "남녘일보"),
    "en": ("Mekong Wire", "Hanriver Post"), "pl": ("Wietnam po polsku",),
}
TITLES = {
    "vi": "Ký kết bản ghi nhớ hợp tác hữu nghị, mở rộng giao lưu văn hóa, du lịch và đào tạo nguồn nhân lực",
    "ko": "우호협력 협약 체결…농업·관광·공무원 교류 넓힌다",
    "en": "Central city and Korean province sign friendship agreement",
    "pl": "Miasto i prowincja podpisały umowę o współpracy",
}


def make_usual(language: str, **changes: object) -> DigestContent:
    """A day as it should be: a new tie, an agreement, two visits, later reports, corrections, a doubt."""
    values: dict[str, object] = {
        "sections": (
            Section("new_ties", (make_told("e1", language, 0, new_tie=True, languages=("vi", "ko", "en", "pl")),)),
            Section("agreements", (make_told("e2", language, 1, act="twinning", fields=("culture",)),)),
            Section("others", (
                make_told("e3", language, 2, act="visit", stage="done", languages=("ko",)),
                make_told("e4", language, 3, act="seasonal_workers", stage="planned", fields=("agriculture", "labour")),
            )),
            Section("unsure", (make_told("e5", language, 4, act="trade_promotion", stage="under_way", day="2025-08"),)),
        ),
        "later": (Later("e6", _headline(language, 2, "training", "done"), _articles(("vi", "ko")), _link("event")),),
        "corrections": (
            Correction("e7", "wrong", _headline(language, 3, "aid", "done"), "", _link("event")),
            Correction("e8", "changed", _headline(language, 1, "visit", "planned"),
                       _headline(language, 1, "visit", "done"), _link("event")),
        ),
    }
    return make_whole(language, **{**values, **changes})


def make_weekly(language: str) -> DigestContent:
    """A week, with its figures and the register."""
    names = PLACES[language]
    lines = tuple(
        RegisterLine(DigestPair(vn, vn, kr, kr), 1 + (n + m) % 5, is_new=n == m == 1)
        for n, (vn, _) in enumerate(names) for m, (_, kr) in enumerate(names) if (n + m) % 3 != 1 or n == m
    )
    pairs = tuple(DigestPair("VN-46", vn, "KR-44", kr) for vn, kr in names[:2])
    acts = (("visit", 7), ("agreement", 4), ("seasonal_workers", 2), ("culture_tourism", 1))
    return make_usual(language, kind="weekly", summary=Summary(
        acts, pairs, "https://watch.example/ties", "https://watch.example/ties.svg", Register(lines, 214),
    ))


def make_many(language: str, count: int = 40, articles: int = 5) -> DigestContent:
    """More than a message holds in full."""
    languages = ("vi", "ko", "en", "vi", "ko", "en", "pl")[:articles]
    events = tuple(
        make_told(f"e{n}", language, n % 5, act="visit", stage="done", languages=languages) for n in range(count)
    )
    return make_whole(language, sections=(Section("others", events),))


def make_long(language: str) -> DigestContent:
    """Words that hardly fit: long names, one endless word, an outlet named like a sentence."""
    endless = "Llanfairpwllgwyngyll" * 12
    article = DigestArticle(f"https://very-long-host.{'x' * 60}.example/{'a' * 400}", endless, "vi", endless, NOW)
    event = make_told("e1", language, 0, articles=(article, article))
    pair = DigestPair("VN-1", "Thị trấn Nông trường Phong Hải và các xã lân cận " * 2, "KR-1", "강원특별자치도" * 6)
    headline = make_headline("seasonal_workers", "under_way", "2025-08-29", [pair] * 2, language)
    long = DigestEvent(**{**event.__dict__, "headline": headline, "quote": endless[:200], "quote_outlet": endless})
    return make_whole(language, sections=(Section("agreements", (long,)),), subscription="x" * 63)


def make_nothing(language: str) -> DigestContent:
    """A day without news, all outlets read."""
    return make_whole(language)


def make_broken(language: str) -> DigestContent:
    """Nothing could be read, for every reason there is, and we were down."""
    groups = ("silent", "blocked", "broken", "drifted", "resting", "unread", "unproven", "never_read")
    outlets = tuple(
        OutletCoverage(f"o{n}", f"Báo Ví Dụ số {n} · 예시일보", group, NOW - timedelta(days=2), f"HTTP {500 + n}")
        for n, group in enumerate(groups * 12)
    )
    down = ((NOW - timedelta(hours=9), NOW - timedelta(hours=4)),)
    return make_whole(language, coverage=Coverage(outlets, down))


def make_whole(language: str, **changes: object) -> DigestContent:
    """A digest without events."""
    fine = [OutletCoverage(f"r{n}", f"Báo {n}", "read") for n in range(31)]
    fine += [OutletCoverage(f"q{n}", f"일보 {n}", "quiet", NOW - timedelta(hours=30)) for n in range(6)]
    broken = OutletCoverage("b", "Thời báo Đồng Bằng", "broken", NOW - timedelta(days=1), "HTTP 503")
    values: dict[str, object] = {
        "subscription": "desk", "language": language, "zone": HOURS[language], "composed_at": NOW,
        "since_at": NOW - timedelta(days=1), "sections": (), "coverage": Coverage((*fine, broken)),
    }
    return DigestContent(**{**values, **changes})  # type: ignore[arg-type]


def make_told(
    id: str, language: str, place: int, act: str = "agreement", stage: str = "signed", day: str = "2025-08-29",
    languages: tuple[str, ...] = ("vi", "ko"), **changes: object,
) -> DigestEvent:
    """An event as a reader is told of it."""
    vn, kr = PLACES[language][place]
    quote_lang = language if language in languages else languages[0]
    values: dict[str, object] = {
        "id": id, "headline": _headline(language, place, act, stage, day), "act": act, "stage": stage,
        "happened_on": day, "pairs": (DigestPair("VN-46", vn, "KR-44", kr),), "new_tie": False, "earlier_events": 3,
        "known_since": "2007", "quote": QUOTES[quote_lang], "quote_lang": quote_lang,
        "quote_outlet": OUTLETS[quote_lang][0], "articles": _articles(languages), "score": 0.98,
        "fields": ("agriculture", "tourism", "training"), "url": _link("event"), "wrong_url": _link("judge"),
    }
    return DigestEvent(**{**values, **changes})  # type: ignore[arg-type]


def _headline(language: str, place: int, act: str, stage: str, day: str = "2025-08-29") -> str:
    vn, kr = PLACES[language][place]
    return make_headline(act, stage, day, [DigestPair("VN-46", vn, "KR-44", kr)], language)


def _articles(languages: tuple[str, ...]) -> tuple[DigestArticle, ...]:
    return tuple(
        DigestArticle(
            url=f"https://paper{n}.example/{lang}/ky-ket-ban-ghi-nho-hop-tac-{n}.html", lang=lang, title=TITLES[lang],
            outlet=OUTLETS[lang][n % len(OUTLETS[lang])], published_at=NOW - timedelta(hours=n + 3),
        )
        for n, lang in enumerate(languages)
    )


def _link(kind: str) -> str:
    return f"{BASE}/{kind}/{TOKEN}"
