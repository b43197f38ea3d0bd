"""An article under a new address is known by its text; two articles that only look alike are two."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.doubles import find_double
from storage.values import NewArticle, StoredArticle

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TITLE = "Huế và Gangneung trồng sen bên hồ"
LONG = "\n".join(
    f"Đoạn {name}: đoàn cán bộ của hai thành phố đi thăm hồ sen, vườn ươm và trường nghề rồi bàn cách cùng làm {thing}."
    for name, thing in (("một", "lễ hội đèn"), ("hai", "lớp học làm giấy"), ("ba", "chợ hoa mùa xuân"),
                        ("bốn", "vườn chung"), ("năm", "bảo tàng gốm"), ("sáu", "tuyến xe đạp")))
NOTICE = "Phòng tiếp dân nghỉ trưa muộn."
VACANCY = LONG.replace("Đoạn một", "Tuyển 12 người, nộp đơn trước ngày 5 tháng 3, lương 9 triệu. Đoạn một")


def make_article(title: str = TITLE, text: str = LONG, at: datetime | None = NOW) -> NewArticle:
    return NewArticle("bao", "https://bao.vn/moi", title, text, published_at=at)


def make_stored(title: str = TITLE, text: str = LONG, at: datetime | None = NOW) -> StoredArticle:
    return StoredArticle(
        1, 1, "bao", "bao:1", "https://bao.vn/cu", title, "", text, "vi", "", at, "", NOW, 1, False, False)


@pytest.mark.parametrize(("article", "known"), [
    (make_article(), make_stored()),
    (make_article(at=NOW), make_stored(at=NOW - timedelta(days=900))),  # a new system with dates of its own
    (make_article(text=LONG.replace("\n", "  ")), make_stored()),
    (make_article(text=f"{LONG}\nẢnh: Phòng văn hoá"), make_stored()),
    (make_article(title=f"{TITLE}."), make_stored(text=f"Sen nở sớm.\n{LONG}")),
    (make_article(text=NOTICE), make_stored(text=NOTICE)),
    (make_article(text=NOTICE, at=None), make_stored(text=NOTICE)),
], ids=["same", "re-dated", "re-lined", "a caption more", "a lead more", "short, same day", "short, undated"])
def test_a_known_article_is_recognised_under_a_new_address(article: NewArticle, known: StoredArticle) -> None:
    assert find_double(article, [known]) == known


@pytest.mark.parametrize(("article", "known"), [
    (make_article(text=NOTICE), make_stored(text="Phòng tiếp dân nghỉ trưa sớm.")),
    (make_article(text=NOTICE), make_stored(text=NOTICE, at=NOW - timedelta(days=30))),
    (make_article(text=VACANCY), make_stored(text=VACANCY.replace("12 người", "30 người"))),
    (make_article(text=f"{LONG}\nẢnh: Phòng văn hoá"), make_stored(title="Tin khác hẳn")),
    (make_article(text=LONG), make_stored(text=LONG[:240] + "Rồi trời mưa, lễ hội dời sang tuần sau. " * 9)),
], ids=["two short notices", "a notice that returns", "a form filled in anew", "another title", "another story"])
def test_two_articles_that_look_alike_are_two(article: NewArticle, known: StoredArticle) -> None:
    assert find_double(article, [known]) is None


def test_an_older_copy_is_kept_as_it_shows_that_the_known_one_is_old() -> None:
    older = make_article(at=NOW - timedelta(days=30))

    assert find_double(older, [make_stored()]) is None
    assert find_double(make_article(at=NOW - timedelta(days=2)), [make_stored()]) is not None


def test_of_several_alike_the_same_one_is_found() -> None:
    other, same = make_stored(text=VACANCY), replace(make_stored(), identity="bao:2")

    assert find_double(make_article(), [other, same]) == same
