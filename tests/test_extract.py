"""Articles out of pages written by hand in each family's markup; refusals by name; hostile pages that end."""

import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.extract import Extracted, extract_page
from crawler.generic import make_generic_outlet
from seeds.newsroom import run_newsroom
from seeds.outlet import Outlet

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
VN = make_generic_outlet("https://bao.vn/")
KR = make_generic_outlet("https://sinmun.kr/")


@dataclass(frozen=True)
class Expected:
    """What a saved page must give: `kept` and `cut` are phrases that the text has and has not."""

    outlet: Outlet
    title: str
    lead: str
    at: str
    source: str
    lang: str
    kept: tuple[str, ...]
    cut: tuple[str, ...]
    url: str = "https://bao.vn/bai"


ROWS = {
    "vn_vccorp": Expected(
        VN, "Đồng Tháp và Gyeongsangbuk ký ghi nhớ về trồng sen", "Hai bên sẽ cùng thử ba giống sen",
        "2026-07-17T22:18:41+07:00", "meta", "vi",
        ("Chiều 17.7, tại thành phố", "Ba giống, hai vụ", "Mỗi vụ kéo dài", "hai hợp tác xã."),
        ("ngày vui", "Ảnh chụp", "cá tra", "Tin bên cạnh", "không phải bài", "Đọc nhiều")),
    "vn_zce_post": Expected(
        VN, "Lạng Sơn đón đoàn Jeonbuk", "Đoàn cán bộ nông nghiệp", "2025-06-17T13:43:02+07:00", "meta", "vi",
        ("Sáng 17/6", "sấy nông sản", "Chi phí ăn ở"), ("Tin liên quan", "phân bón", "ngày khác")),
    "kr_ndsoft": Expected(
        KR, "순창군, 껀터시와 고추장 기술 교류 협약", "발효 전문가 다섯 명", "2026-04-22T17:52:00+09:00", "page", "ko",
        ("장류 발효 기술", "이듬해 봄", "맛이 사람을 잇는다"), ("글자크기", "무단전재", "많이 본 기사", "첫머리")),
    "vietnamnet": Expected(
        VN, "Huế mời Gangneung cùng làm lễ hội đèn", "Thành phố Huế gửi thư mời", "2026-03-07T08:52:11+07:00",
        "json-ld", "vi",
        ("sông Hương", "bàn chi phí"), ("Bài xem thêm",)),
    "yna": Expected(
        KR, "거제시, 하이퐁시에 조선 기능인 교육 제안", "", "2022-09-07T20:49:36+09:00", "meta", "ko",
        ("(거제=똠얌통신)", "용접과 도장 두 과정이며"),
        ("사진 설명", "example.com", "저작권자", "제보는", "송고시간", "로또")),
    "next_payload": Expected(
        KR, "제천시, 라오까이성 약초 농가 방문", "", "2026-01-29T18:40:00+09:00", "page", "ko",
        ("농가 열두 곳에서", "황기와 당귀", "다음은 건조 기술"), ("editor-p", "__next_f"),
        "https://sinmun.kr/article/A2026012914320005196"),
    "vn_a_id": Expected(
        VN, "Cà Mau bàn chuyện tôm với Wando", "", "2026-01-08T18:21:00+07:00", "page", "vi",
        ("(MẪU) - Ngày 8-1", "độ mặn", "cảm biến"), ("mã xác nhận", "Tin khác")),
    "sidebar_trap": Expected(
        KR, "Pohang and Quang Ninh compare ports", "", "2023-11-07T15:03:30+09:00", "page", "en",
        ("swap tide tables", "No money"), ("older item", "Updated")),
    "photo_story": Expected(
        VN, "Một ngày ở bến lưới", "BM - Từ lúc mặt trời", "2026-05-08T06:10:00+07:00", "page", "vi",
        ("bốn mươi thước", "luồn kim nhanh hơn", "con nước buổi chiều"), ("Chợ cá", "Lúa chín", "08/05/2026")),
    "page_frame": Expected(
        VN, "Xóm chài có cầu mới", "Cây cầu gỗ dài", "2026-05-14T17:17:00+07:00", "page", "vi",
        ("chia nhau khuân ván", "đợi đò gần nửa giờ", "ba chiếc ghe cũ"),
        ("ông lái già", "nhìn từ phía chợ", "Hai trăm ghe", "Chợ nổi", "Thứ Năm, 14/05", "Mùa lũ")),
}


def read(name: str, row: Expected) -> Extracted:
    return extract_page((PAGES / f"{name}.html").read_bytes(), url=row.url, outlet=row.outlet, now=NOW)


@pytest.mark.parametrize("name", ROWS)
def test_a_page_of_each_family_gives_its_article(name: str) -> None:
    row = ROWS[name]

    found = read(name, row)

    assert (found.refused, found.title, found.date_source, found.lang) == ("", row.title, row.source, row.lang)
    assert found.published_at and found.published_at.isoformat() == row.at
    assert found.lead.startswith(row.lead)
    assert not row.lead or found.lead in found.text
    assert [phrase for phrase in row.kept if phrase not in found.text] == []
    assert [phrase for phrase in row.cut if phrase in found.text] == []


def test_the_lead_stands_once_even_where_the_body_repeats_it() -> None:
    page = (PAGES / "vn_zce_post.html").read_text()
    lead = "Đoàn cán bộ nông nghiệp tỉnh Jeonbuk sang Lạng Sơn tìm hiểu cách sấy hồi và na."

    page = page.replace("<p>Sáng 17/6", f"<p>{lead}</p><p>Sáng 17/6")
    found = extract_page(page.encode(), url="https://bao.vn/x", outlet=VN)

    assert found.text.count(lead) == 1


def test_the_familys_own_selectors_come_before_the_general_ones() -> None:
    page = (PAGES / "vn_zce_post.html").read_bytes()
    rules = replace(VN.family.page, remove=("h1 ~ div.article__body p:last-child",), lead=("div.none",))

    found = extract_page(page, url="https://bao.vn/x", outlet=replace(VN, family=replace(VN.family, page=rules)))

    assert "Chi phí ăn ở" not in found.text
    assert "Chi phí ăn ở" in extract_page(page, url="https://bao.vn/x", outlet=VN).text


@pytest.mark.parametrize(("url", "expected"), [
    ("https://bao.vn/ten-bai-185260307080754123.htm", "2026-03-07T08:07:54+07:00"),
    ("https://bao.vn/kinh-doanh/ten-bai-20260307080054340.htm", "2026-03-07T08:00:54+07:00"),
    ("https://bao.vn/view/AKR20260307138351061", "2026-03-07T00:00:00+07:00"),
    ("https://bao.vn/2026/03/07/ten-bai/", "2026-03-07T00:00:00+07:00"),
    ("https://bao.vn/ten-bai-5047363.html", None),
    ("https://bao.vn/ten-bai-185261507080754123.htm", None),
])
def test_the_address_gives_the_date_where_the_page_gives_none(url: str, expected: str | None) -> None:
    page = "<html><body><h1>Không ngày</h1><p>" + "Câu này không mang ngày tháng nào cả. " * 20 + "</p></body></html>"

    found = extract_page(page.encode(), url=url, outlet=VN, now=NOW)

    assert (found.published_at.isoformat() if found.published_at else None) == expected
    assert found.date_source == ("address" if expected else "")


def test_a_date_far_from_the_day_of_the_address_is_not_believed() -> None:
    text = "Một câu dài vừa đủ. " * 30
    page = f"<html><body><div><h1>Bài</h1><span class='date'>01/01/2020 10:00</span></div><p>{text}</p></body></html>"

    found = extract_page(page.encode(), url="https://bao.vn/ten-bai-185260307080754123.htm", outlet=VN, now=NOW)

    assert found.published_at and found.published_at.isoformat() == "2026-03-07T08:07:54+07:00"


def test_a_body_in_decomposed_form_with_invisible_characters_comes_out_clean() -> None:
    text = "Thành pho\u0302\u0301 Huê\u0301 đón khách. " * 20
    page = f"<html><body><h1>Hue\u0302\u0301\u200b \u202eđón\x00 khách</h1><p>{text}</p></body></html>"

    found = extract_page(page.encode(), url="https://bao.vn/x", outlet=VN)

    assert found.title == "Huế đón khách"
    assert found.text.startswith("Thành phố Huế đón khách.")


@pytest.mark.parametrize("label", ["euc-kr", "utf-8", "iso-8859-1", ""])
@pytest.mark.parametrize("codec", ["cp949", "utf-8"])
def test_the_bytes_decide_the_charset_when_the_label_lies(label: str, codec: str) -> None:
    text = "군은 베트남 도시와 똠얌 잔치를 열기로 했다. " * 20
    page = f"<html><body><h1>똠얌 잔치</h1><p>{text}</p></body></html>"

    found = extract_page(page.encode(codec), url="https://sinmun.kr/x", outlet=KR,
                         content_type=f"text/html; charset={label}" if label else "")

    assert found.title == "똠얌 잔치"


def test_a_page_cut_inside_a_character_is_still_read() -> None:
    page = ("<html><body><h1>Huế</h1><p>" + "Thành phố Huế đón khách. " * 20).encode() + "ế".encode()[:2]

    assert extract_page(page, url="https://bao.vn/x", outlet=VN).text.startswith("Thành phố Huế đón khách.")


def make_page(title: str, text: str, extra: str = "") -> bytes:
    return f"<html><head><title>{title}</title>{extra}</head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()


REFUSALS = [
    (b"", "empty"), (b"\n \0", "empty"), (b"%PDF-1.7 \x01\x02\x03\x04\x05", "not_text"),
    (b"x" * 6_000_000, "too_large"),
    (make_page("Just a moment...", "Checking your browser before you go on."), "wall"),
    (make_page("Tin tức", "Vui lòng đăng nhập để tiếp tục đọc."), "wall"),
    (make_page("확인", "자동 입력 방지 문자를 넣어 주세요. 비정상적인 접근입니다."), "wall"),
    (make_page("404 Not Found", "Sorry."), "soft_404"),
    (make_page("Báo", "Không tìm thấy trang bạn yêu cầu, mời bạn về trang nhất của báo để đọc các tin khác."),
     "soft_404"),
    (make_page("알림", "요청하신 기사를 찾을 수 없습니다."), "soft_404"),
    (make_page("특집", "시장의 하루를 따라가 보았다. 이 기사는 유료 회원만 볼 수 있습니다."), "paywall"),
    (make_page("Kho", "Câu ngắn."), "too_short"),
    (b"<html><head><script>var a = 1;</script></head><body><div id='root'></div></body></html>", "script_only"),
    (b"<html><body><img src='a.jpg'></body></html>", "no_text"),
]


@pytest.mark.parametrize(("body", "reason"), REFUSALS)
def test_what_is_no_article_is_refused_by_name(body: bytes, reason: str) -> None:
    found = extract_page(body, url="https://bao.vn/x", outlet=VN)

    assert (found.refused, found.text) == (reason, "")


LAST_LINES = [
    ("Đăng nhập để đọc tiếp. Nội dung này chỉ dành cho thành viên của báo.", "wall"),
    ("Bạn cần đăng nhập để xem toàn bộ bài.", "wall"),
    ("Please log in to read the rest of this story.", "wall"),
    ("로그인 후 전문을 읽으실 수 있습니다.", "wall"),
    ("Đăng nhập để bình luận về bài này cùng những độc giả khác.", ""),
    ("Cổng mới cho phép người dân đăng nhập để đọc hồ sơ của mình ngay tại nhà.", ""),
    ("Visitors will log in to read their results at home.", ""),
    ("시민은 로그인 후 신청서를 볼 수 있다고 시는 밝혔다.", ""),
]


@pytest.mark.parametrize(("last", "refused"), LAST_LINES)
def test_a_last_line_that_offers_the_rest_to_those_who_log_in_makes_a_wall(last: str, refused: str) -> None:
    text = "Người gác đèn kể chuyện biển động và những chuyến tàu tiếp tế muộn. " * 8

    page = make_page("Gác đèn", f"{text}</p><p>{last}")

    assert extract_page(page, url="https://bao.vn/x", outlet=VN).refused == refused


def test_a_long_article_that_ends_in_an_offer_to_log_in_is_no_wall() -> None:
    page = make_page("Gác đèn", "Người gác đèn kể chuyện biển động. " * 40 + "</p><p>Đăng nhập để đọc tiếp.")

    assert extract_page(page, url="https://bao.vn/x", outlet=VN).refused == ""


def test_the_login_wall_of_the_newsroom_is_refused_by_its_name() -> None:
    with run_newsroom(NOW, only=("nr_thanhnien",)) as room:
        [url, *_] = room.find_urls("nr_thanhnien")["tn-tuong-phi"]
        with urllib.request.urlopen(url, timeout=20) as answer:
            page = answer.read()

    assert extract_page(page, url=url, outlet=make_generic_outlet(url, "")).refused == "wall"


def test_an_article_that_speaks_of_walls_is_no_wall() -> None:
    page = make_page("Captcha và 404", "Bài này kể về captcha, lỗi 404 not found và thuê bao trả phí. " * 30)

    assert extract_page(page, url="https://bao.vn/x", outlet=VN).refused == ""


def test_a_free_flag_in_json_ld_makes_a_stub_a_paywall() -> None:
    flag = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    text = "Đoạn mở đầu của một bài dài mà chỉ người trả tiền mới được đọc tiếp, nên ở đây chỉ có vài dòng."

    assert extract_page(make_page("Bài", text, flag), url="https://bao.vn/x", outlet=VN).refused == "paywall"
    assert extract_page(make_page("Bài", text), url="https://bao.vn/x", outlet=VN).refused == ""


HOSTILE = {
    "20,000 nested elements": b"<html><body>" + b"<div>" * 20_000 + b"x" * 500,
    "1,500 nested elements": b"<html><body>" + b"<div>" * 1_500 + b"a word " * 99,
    "200,000 links": b"<html><body>" + b"<a href=/x>y</a>" * 200_000,
    "null bytes": b"<html>\0<body>\0" + b"\0" * 1_000_000 + b"<p>x</p>",
    "unclosed scripts": b"<html><body>" + b"<script>" * 50_000,
    "json bomb": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    "entities": b"<html><body><p>" + b"&lol;&#99999999;" * 50_000,
    "random": bytes(range(256)) * 4_000,
    "one attribute": b"<p class='" + b"a " * 1_000_000 + b"'>x",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_with_text_or_a_refusal(name: str) -> None:
    found = extract_page(HOSTILE[name], url="https://bao.vn/x", outlet=VN)

    assert found.refused or found.text


def test_a_generic_page_without_known_marks_is_left_to_trafilatura() -> None:
    body = "".join(f"<p>{'Một đoạn văn vừa phải nói về chuyện đồng ruộng. ' * 4}{n}</p>" for n in range(5))
    page = (f"<html><body><div class='q1'><h1>Ruộng</h1><div class='q2'>{body}</div></div>"
            "<footer>Giấy phép số 1</footer></body></html>")

    found = extract_page(page.encode(), url="https://bao.vn/x", outlet=VN)

    assert "chuyện đồng ruộng" in found.text
    assert "Giấy phép" not in found.text


def test_broken_json_ld_still_gives_its_date() -> None:
    broken = ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"a "b" c",'
              '"datePublished":"2026-03-07T08:07:18+07:00"}</script>')
    page = make_page("Bài", "Một câu dài vừa đủ để thành bài. " * 20, broken)

    found = extract_page(page, url="https://bao.vn/x", outlet=VN)
    assert found.published_at and found.published_at.isoformat() == "2026-03-07T08:07:18+07:00"


LEAD_TEXT = "Sáng thứ bảy, bà con hai xã ven hồ cùng nhau trồng sen và nghe kể chuyện ngày lập làng bên bếp lửa."
LEAD_BODY = "".join(
    f"<p>Đoạn {n}: người làng kể chuyện trồng sen, chuyện giữ nước và chuyện chợ phiên cuối năm.</p>" for n in range(5)
)
LEAD_PAGE = (
    "<html><head><title>Sen ven hồ</title>{meta}</head><body><main><h1>Sen ven hồ</h1>{between}<div>{body}</div></main>"
    "{after}</body></html>"
)


@pytest.mark.parametrize(("meta", "between", "after", "wanted"), [
    ("", f'<span>6/5/2026</span><p class="summary">{LEAD_TEXT}</p>', "", LEAD_TEXT),
    ("", f'<h2 class="sub-title">{LEAD_TEXT}</h2>', "", LEAD_TEXT),
    (f'<meta name="description" content="{LEAD_TEXT[:70]}...">', f'<p class="x1">{LEAD_TEXT}</p>', "", LEAD_TEXT),
    ("", "", f'<section><h3>Khác</h3><p class="summary">{LEAD_TEXT}</p></section>', ""),
    ("", '<p class="summary">6/5/2026</p>', "", ""),
    ('<meta name="description" content="Trang tin của xã">', f'<p class="x1">{LEAD_TEXT}</p>', "", ""),
], ids=["a summary", "a subtitle", "a description cut off", "another item's summary", "a day",
        "the site's description"])
def test_a_lead_of_an_unknown_layout_is_found_beside_the_headline(
    meta: str, between: str, after: str, wanted: str,
) -> None:
    page = LEAD_PAGE.format(meta=meta, between=between, after=after, body=LEAD_BODY).encode()

    outlet = make_generic_outlet("https://lang.example.vn/")
    found = extract_page(page, url="https://lang.example.vn/sen-ven-ho-1001.html", outlet=outlet)

    assert found.lead == wanted
