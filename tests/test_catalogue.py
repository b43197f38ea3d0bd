"""The bundled outlets and families are sound, and an address finds its outlet."""

import re

import pytest

from seeds.catalogue import BUNDLED, load_catalogue
from seeds.gazetteer import load_gazetteer
from seeds.outlet import HANGUL
from seeds.outlet_declarations import NO_ARTICLES

CATALOGUE = load_catalogue()

# Outlets whose notes gave no real example: an invented address of the declared form, and what identifies it.
INVENTED = [
    ("aseanexpress", "https://www.aseanexpress.co.kr/news/article.html?no=12345", "12345"),
    ("asiatoday", "https://www.asiatoday.co.kr/kn/view.php?key=20260901010005213", "20260901010005213"),
    ("baocaobang", "https://baocaobang.vn/Tin-trong-tinh-3181234.html", "3181234"),
    ("baochinhphu_en", "https://en.baochinhphu.vn/a-visit-to-hue-111260901083000123.htm", "111260901083000123"),
    ("baodaklak", "https://baodaklak.vn/chinh-tri/202609/doan-cong-tac-jeonbuk-1a2b3c4/", "1a2b3c4"),
    ("baodienbienphu", "https://baodienbienphu.vn/tin-bai/chinh-tri/tiep-doan-han-quoc", "tiep-doan-han-quoc"),
    ("baokhanhhoa", "https://baokhanhhoa.vn/chinh-tri/202609/tiep-doan-ulsan-0f0f0f0/", "0f0f0f0"),
    ("baolaichau", "https://baolaichau.vn/chinh-tri/don-doan-mungyeong-61234", "61234"),
    ("baolangson", "https://baolangson.vn/ky-ket-ban-ghi-nho-5051234.html", "5051234"),
    ("baoninhbinh", "https://baoninhbinh.org.vn/hop-tac-voi-asan-260901083000123.html", "260901083000123"),
    ("baoquocte", "https://baoquocte.vn/ket-noi-dia-phuong-viet-han-327266.html", "327266"),
    ("baosonla", "https://baosonla.vn/doi-ngoai/tiep-doan-2pXy_k.html", "tiep-doan-2pXy_k"),
    ("baotintuc", "https://baotintuc.vn/dia-phuong/hop-tac-20260901083000123.htm", "20260901083000123"),
    ("baotuyenquang", "https://baotuyenquang.com.vn/thoi-su/202609/imsil-abcdef0/", "abcdef0"),
    ("baovinhlong", "https://baovinhlong.com.vn/thoi-su/202609/daejeon-abc1230/", "abc1230"),
    ("chungnam_go", "https://www.chungnam.go.kr/cnportal/cnapcPressList/cnapcPress/view.do?nttId=71234", "71234"),
    ("dongkhoi_baovinhlong", "https://dongkhoi.baovinhlong.vn/lao-dong-thoi-vu-a151234.html", "151234"),
    ("goodmorningvietnam", "https://www.goodmorningvietnam.co.kr/news/article.html?no=777", "777"),
    ("gyeongbuk_go", "https://www.gb.go.kr/Main/page.do?BD_CODE=bbs_bodo&cmd=2&B_NUM=508001234", "508001234"),
    ("gyeongnam_go", "https://www.gyeongnam.go.kr/board/view.gyeong?boardId=BBS_0000060&dataSid=7001234", "7001234"),
    ("hallailbo", "http://www.ihalla.com/article.php?aid=1779721200799342", "1779721200799342"),
    ("hanoitimes", "https://hanoitimes.vn/hanoi-and-seoul-700123.html", "700123"),
    ("jeonbuk_go", "https://www.jeonbuk.go.kr/board/view.jeonbuk?boardId=BBS_0000090&dataSid=701234", "701234"),
    ("kbs_world_en", "https://world.kbs.co.kr/service/news_view.htm?lang=e&Seq_Code=181000", "181000"),
    ("kbs_world_vi", "https://world.kbs.co.kr/service/news_view.htm?lang=v&Seq_Code=61000", "61000"),
    ("khan", "https://www.khan.co.kr/article/202609010600001?utm=x", "202609010600001"),
    ("korea_kr", "https://www.korea.kr/briefing/pressReleaseView.do?newsId=156700001", "156700001"),
    ("korea_net", "https://www.korea.net/NewsFocus/policies/view?articleId=250001", "250001"),
    ("koreaherald", "https://www.koreaherald.com/article/10500001", "10500001"),
    ("laodong", "https://laodong.vn/thoi-su/doan-dai-bieu-gimhae-1500001.ldo", "1500001"),
    ("laodong_ko", "https://ko.laodong.vn/news/hue-1500001.html", "1500001"),
    ("mofa_vn", "https://mofa.gov.vn/tin-chi-tiet/chi-tiet/gap-go-han-quoc-56001-138.html", "56001-138"),
    ("nhandan_en", "https://en.nhandan.vn/da-nang-and-daegu-post150001.html", "150001"),
    ("qdnd", "https://www.qdnd.vn/chinh-tri/tin-tuc/tiep-doan-850001", "850001"),
    ("qdnd_en", "https://en.qdnd.vn/politics/news/a-delegation-580001", "580001"),
    ("sggp_en", "https://en.sggp.org.vn/hcmc-and-busan-post110001.html", "110001"),
    ("tuoitre_en", "https://news.tuoitre.vn/hue-hosts-guests-103260901083000123.htm", "103260901083000123"),
    ("vcjg", "https://vietnamkorea-vcjg.com/vi/tin-tuc-cong-dong/lop-tieng-han-mien-phi", "lop-tieng-han-mien-phi"),
    ("viethantimes", "https://www.viethantimes.com/news/view.php?idx=71234", ""),
    ("vietnamnews", "https://vietnamnews.vn/society/1700001/da-nang-daegu.html", "1700001"),
    ("vietnamvn_ko", "https://www.vietnam.vn/ko/hue-va-chungcheongnam-hop-tac", "hue-va-chungcheongnam-hop-tac"),
    ("vietnamvn_vi", "https://www.vietnam.vn/hue-va-chungcheongnam-hop-tac", "hue-va-chungcheongnam-hop-tac"),
    ("vinatimes", "https://www.vinatimes.net/news/450001", "450001"),
    ("vnexpress_en", "https://e.vnexpress.net/news/news/a-visit-5100001.html", "5100001"),
    ("yna_en", "https://en.yna.co.kr/view/AEN20260901002300325", "AEN20260901002300325"),
]  # fmt: skip

# Two addresses of one article, which must give one identity.
TWO_ADDRESSES = [
    ("incheonilbo", "http://www.incheonilbo.com/?mod=news&act=articleView&idxno=783007",
     "https://m.incheonilbo.com/news/articleViewAmp.html?idxno=783007"),
    ("kimchinha", "https://kimchinha.com/posts/%EC%9C%A0%EC%9A%A9/slug-2179?page=3&id=7",
     "https://www.kimchinha.com/posts/유용/slug-2179"),
    ("kookje", "https://www.kookje.co.kr/news2011/asp/newsbody.asp?code=0300&key=20260513.99099003449",
     "https://www.kookje.co.kr/news2011/asp/newsbody.asp?code=0100&key=20260513.99099003449"),
    ("yna", "https://www.yna.co.kr/view/AKR20231120152500003?section=local/index",
     "https://m.yna.co.kr/kr/contents/?cid=AKR20231120152500003"),
    ("seoul_shinmun", "https://go.seoul.co.kr/news/newsView.php?id=20250829500266",
     "https://www.seoul.co.kr/news/society/2025/08/29/20250829500266"),
    ("newsis", "https://mobile.newsis.com/view/NISX20250813_0003289546",
     "https://www.newsis.com/view/?id=NISX20250813_0003289546&cID=10201"),
    ("dongnai_gov_en", "https://dongnai.gov.vn/en/news/savefile/Data/local-officials-6313.html",
     "https://dongnai.gov.vn/en/news/Data/local-officials-6313.html"),
    ("nocut", "https://nocutnews.co.kr/news/6043067", "https://m.nocutnews.co.kr/news/amp/6043067"),
]  # fmt: skip

# Two articles whose addresses are alike, which must not give one identity.
TWO_ARTICLES = [
    ("incheonilbo", "https://www.incheonilbo.com/news/articleView.html?idxno=1",
     "https://www.incheonilbo.com/news/articleView.html?idxno=2"),
    ("kf", "https://www.kf.or.kr/kf/na/ntt/selectNttInfo.do?bbsId=1061&nttSn=30184",
     "https://www.kf.or.kr/kf/na/ntt/selectNttInfo.do?bbsId=1062&nttSn=30184"),
    ("tuoitre", "https://tuoitre.vn/a-20260307075519174.htm", "https://tuoitre.vn/a-20260307075519175.htm"),
    ("koreatimes", "https://www.koreatimes.co.kr/www/nation/2022/07/501_333483.html",
     "https://www.koreatimes.co.kr/www/nation/2022/07/501_333484.html"),
    ("baotuyenquang", "https://baotuyenquang.com.vn/thoi-su/202609/imsil-abcdef0/",
     "https://baotuyenquang.com.vn/thoi-su/202609/imsil-abcdef1/"),
]  # fmt: skip


def test_every_article_example_gives_an_identity_of_its_own() -> None:
    keys: dict[tuple[str, str], str] = {}

    faults = []
    for outlet in CATALOGUE.outlets.values():
        if outlet.article_example:
            key = outlet.family.identity.find_key(outlet.article_example)
            if not key or not outlet.article_url.match(outlet.article_example):
                faults.append(f"{outlet.id}: {key!r} of {outlet.article_example}")
            keys[outlet.id, key] = outlet.article_example

    assert faults == []
    assert len(keys) == sum(bool(outlet.article_example) for outlet in CATALOGUE.outlets.values()) > 80


def test_every_outlet_without_an_example_is_proven_by_an_invented_address() -> None:
    proven = {outlet_id for outlet_id, _, _ in INVENTED}

    missing = [
        outlet.id for outlet in CATALOGUE.outlets.values()
        if not outlet.article_example and outlet.family.id != "kr_ndsoft" and outlet.article_url != NO_ARTICLES
    ]

    assert sorted(missing) == sorted(proven)


@pytest.mark.parametrize(("outlet_id", "url", "key"), INVENTED, ids=[row[0] for row in INVENTED])
def test_an_invented_address_is_an_article_of_its_outlet(outlet_id: str, url: str, key: str) -> None:
    outlet = CATALOGUE.outlets[outlet_id]

    assert outlet.article_url.match(url)
    assert outlet.family.identity.find_key(url) == key
    assert CATALOGUE.find_outlet(url) == outlet


def test_every_nd_soft_paper_knows_its_articles_and_not_its_lists() -> None:
    papers = [outlet for outlet in CATALOGUE.outlets.values() if outlet.family.id == "kr_ndsoft"]

    faults = []
    for paper in papers:
        article = f"{paper.homepage}/news/articleView.html?sc_word=a&idxno=481603"
        listing = f"{paper.homepage}/news/articleList.html?sc_section_code=S1N1&view_type=sm"
        key = paper.family.identity.find_key(article)
        if not paper.article_url.match(article) or paper.article_url.match(listing) or key != "481603":
            faults.append(paper.id)

    assert len(papers) == 26
    assert faults == []


@pytest.mark.parametrize(("outlet_id", "one", "other"), TWO_ADDRESSES, ids=[row[0] for row in TWO_ADDRESSES])
def test_two_addresses_of_one_article_have_one_identity(outlet_id: str, one: str, other: str) -> None:
    outlet = CATALOGUE.outlets[outlet_id]

    assert outlet.article_url.match(one) and outlet.article_url.match(other)
    assert outlet.family.identity.find_key(one) == outlet.family.identity.find_key(other) != ""


@pytest.mark.parametrize(("outlet_id", "one", "other"), TWO_ARTICLES, ids=[row[0] for row in TWO_ARTICLES])
def test_two_articles_have_two_identities(outlet_id: str, one: str, other: str) -> None:
    outlet = CATALOGUE.outlets[outlet_id]

    assert outlet.article_url.match(one) and outlet.article_url.match(other)
    assert outlet.family.identity.find_key(one) != outlet.family.identity.find_key(other)


def test_a_slug_without_its_number_is_not_cut_to_its_last_word() -> None:
    outlet = CATALOGUE.outlets["baotuyenquang"]

    key = outlet.family.identity.find_key("https://baotuyenquang.com.vn/thoi-su/202609/hop-tac-viet-nam/")

    assert key == ""


def test_no_bundled_page_of_an_outlet_is_an_article() -> None:
    faults = [
        f"{outlet.id}: {url}"
        for outlet in CATALOGUE.outlets.values()
        for url in (outlet.homepage, *(feed.url for feed in outlet.feeds))
        if outlet.article_url.match(url)
    ]

    assert faults == []


def test_every_bundled_file_lies_with_its_country_and_every_family_but_the_spare_ones_is_used() -> None:
    used = {outlet.family.id for outlet in CATALOGUE.outlets.values()}

    misplaced = [o.id for o in CATALOGUE.outlets.values()
                 if not (BUNDLED / "outlets" / o.country.lower() / f"{o.id}.yml").is_file()]

    assert misplaced == []
    assert len(CATALOGUE.outlets) >= 156
    assert set(CATALOGUE.families) - used == {"gnuboard"}


def test_every_outlet_has_something_to_revisit_and_says_where_that_is_from() -> None:
    assert [o.id for o in CATALOGUE.outlets.values() if not o.feeds] == []
    assert [o.id for o in CATALOGUE.outlets.values() if not o.evidence] == []


def test_bundled_notes_call_no_feed_broken_before_it_was_ever_read() -> None:
    called = [o.id for o in CATALOGUE.outlets.values() if re.search(r"\b(broken|defunct)\b", o.notes + o.evidence)]

    assert called == []


def test_every_home_is_a_locality_and_of_the_present_day() -> None:
    gazetteer = load_gazetteer()

    homes = {outlet.id: outlet.home for outlet in CATALOGUE.outlets.values() if outlet.home}

    assert [outlet_id for outlet_id, home in homes.items() if home not in gazetteer.localities] == []
    assert [i for i, home in homes.items() if home.startswith("VN") and gazetteer.current(home) != home] == []
    assert homes["huengaynay"] == "VN-46" and homes["suwonilbo"] == "KR-41110"
    assert CATALOGUE.outlets["thanhnien"].home is None


def test_dates_are_read_in_the_order_of_the_country_unless_declared() -> None:
    assert CATALOGUE.outlets["chaovietnam"].family.date_order == "dmy"
    assert CATALOGUE.outlets["gg_vi"].family.date_order == "ymd"
    assert CATALOGUE.outlets["vcjg"].family.date_order == "dmy"


def test_zones_are_those_of_the_country() -> None:
    assert (CATALOGUE.outlets["thanhnien"].zone, CATALOGUE.outlets["yna"].zone) == ("Asia/Ho_Chi_Minh", "Asia/Seoul")


def test_hosts_hold_the_twins_of_a_name_and_the_declared_ones() -> None:
    thoidai, newsis = CATALOGUE.outlets["thoidai"], CATALOGUE.outlets["newsis"]

    assert thoidai.hosts == {"thoidai.com.vn", "www.thoidai.com.vn", "m.thoidai.com.vn", "tacnghiep.thoidai.com.vn"}
    assert "mobile.newsis.com" in newsis.hosts


FOUND = [
    ("an article", "https://thanhnien.vn/hue-185260717213044074.htm", "thanhnien"),
    ("an article of a sister host", "https://tc.newdaily.co.kr/news/article.html?no=346227", "newdaily_cc"),
    ("an article of one edition on a shared host", "https://www.vietnam.vn/pl/hue-va-chungcheongnam", "vietnamvn_pl"),
    ("a page of an edition on a shared host", "https://www.vietnam.vn/ko?page=2", "vietnamvn_ko"),
    ("a page of no edition on a shared host", "https://www.vietnam.vn/ms/tin", "vietnamvn_vi"),
    ("a feed on a host of its own", "https://cdn.jnilbo.com/rss/gn_rss_allArticle.xml", "jeonnamilbo"),
    ("a feed that differs from another in its query", "http://world.kbs.co.kr/rss/rss_news.htm?lang=v", "kbs_world_vi"),
    ("any page, by host", "https://thanhnien.vn/robots.txt", "thanhnien"),
    ("a host in capitals with a last dot", "http://VOVWORLD.vn./ko-KR/", "vovworld_ko"),
    ("the scheme's own port", "https://thanhnien.vn:443/robots.txt", "thanhnien"),
    ("another port", "https://thanhnien.vn:8443/robots.txt", None),
    ("a host that ends alike", "https://notthanhnien.vn/robots.txt", None),
    ("no address", "http://[broken", None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "outlet_id"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_an_outlet_is_found_by_article_then_feed_then_host(url: str, outlet_id: str | None) -> None:
    outlet = CATALOGUE.find_outlet(url)

    assert (outlet.id if outlet else None) == outlet_id


@pytest.mark.parametrize(("outlet_id", "language", "name"), [
    ("gnnews", "ko", "경남일보"), ("gnnews", "vi", "Gyeongnam Ilbo"), ("gnnews", "en", "Gyeongnam Ilbo"),
    ("huengaynay", "ko", "Huế Ngày Nay"), ("huengaynay", "en", "Huế Ngày Nay"),
])
def test_names_in_hangul_are_given_in_latin_letters_to_those_who_do_not_read_korean(
    outlet_id: str, language: str, name: str
) -> None:
    assert CATALOGUE.outlets[outlet_id].name_in(language) == name


def test_every_name_in_hangul_has_an_english_one() -> None:
    assert [outlet.id for outlet in CATALOGUE.outlets.values() if HANGUL.search(outlet.name_in("vi"))] == []
