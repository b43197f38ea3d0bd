"""Traps of real pages, each with a near miss: what looks like an article's own and is not, and the other way round."""

import json
from datetime import UTC, datetime

import pytest

from crawler.extract import Extracted, extract_page
from crawler.generic import make_generic_outlet
from seeds.catalogue import load_catalogue

VN = make_generic_outlet("https://bao.vn/")
KR = make_generic_outlet("https://sinmun.kr/")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
VI = ("Tổ đan lưới của bến sông họp lần đầu vào sáng thứ Hai để chia việc cho cả mùa.",
      "Mỗi nhà nhận hai tay lưới, vá xong thì mang ra kho chung và ghi tên vào sổ.",
      "Người già trong làng kể rằng đã ba mươi năm mới lại thấy đông người như vậy.")
KO = ("강가 그물 모임이 월요일 아침 처음 모여 한 철 일을 나누었다고 마을 이장이 말했다.",
      "집마다 그물 두 폭을 맡아 기우고 다 되면 함께 쓰는 창고에 넣고 이름을 적는다.",
      "마을 어른들은 이렇게 많은 사람이 모인 것은 서른 해 만이라고 이야기했다.")


def paragraphs(lines: tuple[str, ...] = VI) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def read(body: str, head: str = "", url: str = "https://bao.vn/x") -> Extracted:
    outlet = KR if "sinmun" in url else VN
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return extract_page(page.encode(), url=url, outlet=outlet, now=NOW)


PRINTED = [
    ("<p class='d'>수정 : 2026-05-09 10:00</p><p class='d'>입력 : 2026-03-07 08:41</p>", "2026-03-07T08:41:00+09:00"),
    ("<p>Updated : 2026-05-09 10:00</p><p>Posted : 2026-03-07 08:41</p>", "2026-03-07T08:41:00+09:00"),
    ("<p>수정 : 2026-05-09 10:00</p>", "2026-05-09T10:00:00+09:00"),
    ("<aside><p>입력 : 2019-05-05 05:05</p></aside>", None),
    ("<ul><li><a href='/a'>다른 소식</a> 2019-05-05 05:05</li></ul>", None),
    ("<div><a href='/a'>다른 소식을 전하는 긴 제목의 글</a> 2019-05-05 05:05</div>", None),
    ("<p><a href='/kim'>김견본</a> 기자 2026-03-07 08:41</p>", "2026-03-07T08:41:00+09:00"),
]


@pytest.mark.parametrize(("printed", "expected"), PRINTED)
def test_of_printed_dates_the_publication_counts_and_none_of_a_sidebar(printed: str, expected: str | None) -> None:
    found = read(f"<div><h1>그물 모임</h1>{printed}{paragraphs(KO)}</div>", url="https://sinmun.kr/x")

    assert (found.published_at.isoformat() if found.published_at else None) == expected


def test_the_time_of_a_change_is_kept_apart() -> None:
    claims = {"@type": "NewsArticle", "datePublished": "2026-03-07T08:41:53+07:00",
              "dateModified": "2026-03-09T10:00:00+07:00"}

    found = read(f"<h1>Lưới</h1>{paragraphs()}", f"<script type='application/ld+json'>{json.dumps(claims)}</script>")

    assert found.published_at and found.published_at.isoformat() == "2026-03-07T08:41:53+07:00"
    assert found.modified_at and found.modified_at.isoformat() == "2026-03-09T10:00:00+07:00"


@pytest.mark.parametrize(("url", "day"), [
    ("https://web.archive.org/web/20120611024252/http://bao.vn/news/2012-06/04/content_253.htm", "2012-06-04"),
    ("https://bao.vn/2012-06/04/content_253.htm", "2012-06-04"),
    ("https://bao.vn/12-06/04/content_253.htm", None),
])
def test_an_archives_address_has_the_day_of_the_page_not_of_the_copy(url: str, day: str | None) -> None:
    found = read(f"<h1>Lưới</h1>{paragraphs()}", url=url)

    assert (found.published_at.date().isoformat() if found.published_at else None) == day


LEADS = [
    ("<p class='sapo'>Cả bến sông cùng vá lưới cho mùa mới.</p>", "Cả bến sông cùng vá lưới cho mùa mới."),
    ("<aside><p class='sapo'>Dòng dẫn của một bài khác hẳn.</p></aside>", ""),
    ("<ul><li><p class='sapo'>Dòng dẫn của một bài khác hẳn.</p></li></ul>", ""),
    ("<p class='sapo'>Bến sông vá lưới</p>", ""),
]


@pytest.mark.parametrize(("place", "lead"), LEADS, ids=["own", "of a sidebar", "of a list", "the title again"])
def test_a_lead_is_the_articles_own(place: str, lead: str) -> None:
    found = read(f"<h1>Bến sông vá lưới</h1>{place}<div class='detail-content'>{paragraphs()}</div>")

    assert found.lead == lead
    assert "bài khác" not in found.text


TITLES = [
    ("<h1>Báo Mẫu</h1><h2>Bến sông vá lưới</h2>", "Bến sông vá lưới | Báo Mẫu", "Bến sông vá lưới"),
    ("<h1>Báo Mẫu</h1><div class='t'>Bến sông vá lưới</div>", "Bến sông vá lưới - Báo Mẫu", "Bến sông vá lưới"),
    ("<h1>Bến sông vá lưới mới</h1><h2>Bến sông vá lưới</h2>", "Bến sông vá lưới | Báo Mẫu", "Bến sông vá lưới mới"),
    ("<h1>Bến sông vá <b>lưới</b>!</h1><h2>Chợ cá</h2>", "Bến sông vá lưới | Báo Mẫu", "Bến sông vá lưới!"),
    ("<p>x</p>", "Bến sông vá lưới | Báo Mẫu", "Bến sông vá lưới"),
    ("<p>x</p>", "Bến sông vá lưới - bao.vn", "Bến sông vá lưới"),
    ("<h1>Lưới mới - chuyện cũ</h1>", "Lưới mới - chuyện cũ", "Lưới mới - chuyện cũ"),
]


@pytest.mark.parametrize(("headings", "claimed", "title"), TITLES)
def test_the_title_is_the_printed_one_without_the_sites_name(headings: str, claimed: str, title: str) -> None:
    site = '<meta property="og:site_name" content="Báo Mẫu">' if "Báo Mẫu" in claimed else ""

    found = read(headings + paragraphs(), f'<meta property="og:title" content="{claimed}">{site}')

    assert found.title == title


def test_a_telling_class_on_most_of_the_body_does_not_take_it_but_a_box_in_it_goes() -> None:
    box = "<div class='related-box'><p>Bài khác nói về chợ cá.</p></div>"

    body = f"<div class='article__body'><div class='cut-related-size'>{paragraphs()}{box}</div></div>"
    found = read(f"<h1>Lưới</h1>{body}")

    assert all(line in found.text for line in VI)
    assert "chợ cá" not in found.text


@pytest.mark.parametrize(("line", "stays"), [
    ("Lượt xem: 4.127 Bình luận: 12", False), ("조회 4127", False), ("Cả làng đếm được 4127 tay lưới.", True),
    ("Xem thêm: Chợ cá dời giờ họp", False), ("Xem thêm cách vá lưới, ai cũng muốn học.", True),
    ("▶관련기사: 어시장 소식", False), ("관련 기사를 읽은 주민들이 그물을 더 가져왔다고 한다.", True),
])
def test_lines_of_service_go_and_sentences_like_them_stay(line: str, stays: bool) -> None:
    found = read(f"<h1>Lưới</h1><div class='detail-content'>{paragraphs()}<p>{line}</p></div>")

    assert (line in found.text) == stays


@pytest.mark.parametrize(("line", "stays"), [
    ("M Nguyễn Văn Mẫu 2026.03.07", False), ("Ngày 2026-03-07, bến sông đông người.", True),
])
def test_a_byline_above_the_text_is_none_of_it(line: str, stays: bool) -> None:
    found = read(f"<h1>Lưới</h1><div class='detail-content'><p>{line}</p>{paragraphs()}</div>")

    assert (line in found.text) == stays


def test_how_a_word_is_read_is_not_printed_twice() -> None:
    found = read(f"<h1><ruby>網<rt>あみ</rt></ruby>の会</h1><div class='detail-content'>{paragraphs()}"
                 "<p><ruby>川<rp>(</rp><rt>かわ</rt><rp>)</rp></ruby>の村で集まった。</p></div>")

    assert found.title == "網の会"
    assert found.text.endswith("川の村で集まった。")


def test_section_headings_stay_where_the_layout_is_unknown() -> None:
    long = tuple(f"{line} {line}" for line in VI)
    text = f"{paragraphs(long)}<h2>Kho chung</h2>{paragraphs(long[::-1])}"
    body = f"<div class='q1'><h1>Lưới</h1><div class='q2'>{text}</div>"
    other = "<div class='q3'><h3>Đọc nhiều</h3><a href='/a'>Chợ cá</a></div></div>"

    found = read(body + other)

    assert f"\nKho chung\n{long[-1]}" in found.text
    assert "Đọc nhiều" not in found.text


ARC = {"headlines": {"basic": "그물 모임"}, "first_publish_date": "2026-03-06T23:41:53Z",
       "content_elements": [{"type": "text", "content": KO[0]}, {"type": "image", "caption": "그물 사진"},
                            {"type": "header", "content": "한 철의 일"}, {"type": "text", "content": KO[1]},
                            {"type": "text", "content": KO[2]}]}
NEXT = {"props": {"pageProps": {"article": {"publishedAt": "2026-03-06T23:41:53Z", "body": paragraphs(KO)}}}}


@pytest.mark.parametrize("script", [
    f"<script>window.Fusion=window.Fusion||{{}};Fusion.globalContent={json.dumps(ARC)};Fusion.id=1</script>",
    f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps(NEXT)}</script>",
], ids=["Arc", "Next.js"])
def test_a_body_that_stands_in_a_script_only_is_read_from_there(script: str) -> None:
    found = read(f"<div id='app'><h1>그물 모임</h1></div>{script}", url="https://sinmun.kr/x")

    assert (found.refused, found.title) == ("", "그물 모임")
    assert all(line in found.text for line in KO)
    assert "사진" not in found.text
    assert found.published_at and found.published_at.isoformat() == "2026-03-06T23:41:53+00:00"


def test_a_script_with_a_little_text_does_not_replace_the_page() -> None:
    script = f"<script>Fusion.globalContent={json.dumps({'content_elements': ARC['content_elements'][:1]})};</script>"

    found = read(f"<h1>그물 모임</h1><div class='article_body'>{paragraphs(KO[1:])}</div>{script}",
                 url="https://sinmun.kr/x")

    assert KO[0] not in found.text and KO[1] in found.text


@pytest.mark.parametrize("line", [
    "▶제보는 카톡 okjebo", "김견본 기자 sample@example.com", "/sample@example.com", "#사진_ 김견본 기자",
    "사진=견본방송 화면", "[영상취재 김견본]", "[견본 자료사진 재판매 및 DB금지]", "기사문의 및 제보 : 견본 sample",
    "[포항=김견본 특파원]", "[ⓒ 견본일보, 무단전재 및 재배포 금지]",
])
def test_a_line_of_rights_or_bylines_is_no_text(line: str) -> None:
    body = f"<h1>그물 모임</h1><div class='article_body'>{paragraphs((*KO, line))}</div>"

    found = read(body, url="https://sinmun.kr/x")

    assert found.text == "\n".join(KO)


@pytest.mark.parametrize("line", [
    "[포항=김견본 특파원] 강가 그물 모임이 다시 열렸다고 마을이 알렸다.",
    "김견본 기자는 sample@example.com 으로 글을 받는다고 했다.",
    "사진 석 장이 창고 벽에 걸려 있었다.",
])
def test_a_sentence_that_begins_as_such_a_line_stays(line: str) -> None:
    body = f"<h1>그물 모임</h1><div class='article_body'>{paragraphs((*KO, line))}</div>"

    found = read(body, url="https://sinmun.kr/x")

    assert found.text == "\n".join((*KO, line))


def test_paragraphs_in_blocks_of_an_aggregator_are_all_read() -> None:
    blocks = "".join(f"<{tag}>{line}</{tag}>" for tag, line in zip(("div", "p", "div"), KO, strict=True))
    body = f"<h3>그물 모임</h3><div class='article_view'><section>{blocks}</section></div>"

    found = read(body, url="https://sinmun.kr/x")

    assert found.text == "\n".join(KO)


BYLINES = [
    ("<address data-role='author'>Vũ Thị Mẫu</address>", "Vũ Thị Mẫu"),
    ("<span itemprop='author'><span itemprop='name'>Vũ Thị Mẫu</span>, Báo Khác</span>", "Vũ Thị Mẫu"),
    ("<p class='author'>Theo Vũ Thị Mẫu</p>", "Vũ Thị Mẫu"),
    ("<div class='article-detail-author'>Vũ Thị Mẫu <a>Xem các bài viết của tác giả</a></div>", "Vũ Thị Mẫu"),
    ("<p class='author'>Theodora Mẫu</p>", "Theodora Mẫu"),
]


@pytest.mark.parametrize(("printed", "name"), BYLINES)
def test_an_author_is_the_name_without_what_stands_beside_it(printed: str, name: str) -> None:
    assert read(f"<h1>Bến sông vá lưới</h1>{printed}{paragraphs()}").author == name


@pytest.mark.parametrize(("claimed", "title"), [
    ("https://bao.vn/ben-song-va-luoi.html", "Bến sông vá lưới"),
    ("https://ben.vn mở sổ vá lưới", "https://ben.vn mở sổ vá lưới"),
])
def test_an_address_is_no_title(claimed: str, title: str) -> None:
    head = f"<title>Bến sông vá lưới</title><meta property='og:title' content='{claimed}'>"

    assert read(f"<div class='article_body'>{paragraphs()}</div>", head).title == title


def test_related_boxes_inside_an_editors_box_of_vneconomy_stay_out_of_the_text() -> None:
    outlet = load_catalogue().outlets["vneconomy"]
    box = ("<div class='ct-edtior-web news-type1'><div class='news-sapo'><p>Cả bến sông cùng vá lưới.</p></div>"
           f"<div>{paragraphs()}</div>"
           "<div class='list-detail-revert_item'><h3>Đọc thêm</h3><p>Chợ cá họp sớm.</p></div>"
           "<div class='box-keyword'><h3>Từ khóa:</h3><p>chợ cá</p></div></div>")
    page = f"<h1 class='name-detail'>Bến sông vá lưới</h1><div class='main-detail-page'>{box}</div>"

    found = extract_page(page.encode(), url="https://vneconomy.vn/ben-song-va-luoi-moi.htm", outlet=outlet, now=NOW)

    assert (found.lead, found.text) == ("Cả bến sông cùng vá lưới.", "\n".join(("Cả bến sông cùng vá lưới.", *VI)))


def test_captions_beside_a_text_stay_out_of_it() -> None:
    pictures = "".join(f"<figure><figcaption>Ảnh thứ {number} của bến sông</figcaption></figure>" for number in "123")
    table = "<table><tr><td><img src='4.jpg'></td></tr><tr><td class='media-caption'>Sổ ghi lưới</td></tr></table>"

    found = read(f"<h1>Bến sông vá lưới</h1><div class='article_body'>{paragraphs()}{pictures}{table}</div>")

    assert found.text == "\n".join(VI)
