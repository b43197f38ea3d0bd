"""A user's own outlets and families add to the bundled ones or replace them; every fault in them is said loudly."""

from pathlib import Path
from textwrap import dedent

import pytest

from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import SeedError
from seeds.outlet import Outlet

CATALOGUE = load_catalogue()


def test_a_declared_zone_replaces_that_of_the_country(tmp_path: Path) -> None:
    write_outlet(tmp_path, "far", zone="Europe/Warsaw")

    catalogue = load_catalogue(tmp_path)

    assert catalogue.outlets["far"].zone == "Europe/Warsaw"
    assert catalogue.outlets["thanhnien"].zone == "Asia/Ho_Chi_Minh"


def test_outlets_on_one_address_are_told_apart_by_their_ports(tmp_path: Path) -> None:
    for outlet_id, port in (("one", 8001), ("two", 8002)):
        write_local(tmp_path, outlet_id, port)

    catalogue = load_catalogue(tmp_path)

    assert found(catalogue, "http://127.0.0.1:8001/a-1.html") == found(catalogue, "http://127.0.0.1:8001/") == "one"
    assert found(catalogue, "http://127.0.0.1:8002/a-1.html") == found(catalogue, "http://127.0.0.1:8002/") == "two"
    assert found(catalogue, "http://127.0.0.1/") is None
    assert catalogue.outlets["one"].hosts == {"127.0.0.1:8001"}


def test_an_overlay_adds_outlets_and_families_to_the_bundled_ones(tmp_path: Path) -> None:
    write(tmp_path / "families" / "mine.yml", "about: My own system.\nidentity: {query: [id]}\n")
    write_outlet(tmp_path, "extra", family="mine", article="{pattern: '^https://extra\\.example/\\?id='}")

    catalogue = load_catalogue(tmp_path)

    assert catalogue.outlets.keys() - CATALOGUE.outlets.keys() == {"extra"}
    assert catalogue.outlets["extra"].family.identity.query == ("id",)
    assert catalogue.families.keys() - CATALOGUE.families.keys() == {"mine"}


def test_an_overlay_replaces_a_bundled_outlet_as_a_whole(tmp_path: Path) -> None:
    write_local(tmp_path, "thanhnien", 8001)

    catalogue = load_catalogue(tmp_path)

    assert catalogue.outlets.keys() == CATALOGUE.outlets.keys()
    assert catalogue.outlets["thanhnien"].hosts == {"127.0.0.1:8001"}
    assert catalogue.outlets["thanhnien"].notes == ""
    assert catalogue.find_outlet("https://thanhnien.vn/hue-185260717213044074.htm") is None


def test_an_overlay_family_changes_the_bundled_outlets_of_it(tmp_path: Path) -> None:
    write(tmp_path / "families" / "kr_view_key.yml", "about: Moved.\npage: {body: [div.new]}\n")

    catalogue = load_catalogue(tmp_path)

    assert catalogue.outlets["joongdo"].family.page.body == ("div.new",)
    assert catalogue.outlets["thanhnien"] == CATALOGUE.outlets["thanhnien"]


def test_overrides_replace_single_selectors_and_keep_the_rest_of_the_family(tmp_path: Path) -> None:
    write_outlet(tmp_path, "extra", family="kr_ndsoft", overrides="{page: {body: [div.own]}, date_order: dmy}")

    family = load_catalogue(tmp_path).outlets["extra"].family

    assert family.page.body == ("div.own",)
    assert family.page.title == CATALOGUE.families["kr_ndsoft"].page.title != ()
    assert (family.identity.query, family.date_order) == (("idxno",), "dmy")


def test_an_empty_or_missing_part_of_an_overlay_is_fine_and_a_missing_folder_is_not(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path) == CATALOGUE

    with pytest.raises(SeedError, match="no such folder"):
        load_catalogue(tmp_path / "typo")


FEED = "{url: 'https://a.example/', kind: rss}"
# What is wrong, the line as it stands in the file, the message, and the near miss that loads. `KEY: value` replaces
# the line of that key; None leaves the key out.
WRONG = [
    ("unknown key", {"hompage": "https://a.example"}, r"hompage.*did you mean 'homepage'", {"notes": "hompage"}),
    ("missing name", {"name": None}, "missing key 'name'", {"name": "Ên"}),
    ("missing feeds", {"feeds": None}, "missing key 'feeds'", {"feeds": f"[{FEED}]"}),
    ("key without value", {"region": "''"}, "region: has no value", {"region": None}),
    ("key given twice", {"name": "A\nname: B"}, "'name' is given twice", {"name": "A\nregion: B"}),
    ("not text", {"lang": "no"}, "lang: must be text, not False", {"lang": "'no'"}),
    ("not a language", {"lang": "korean"}, "lang: 'korean' does not have the right form", {"lang": "ko"}),
    ("unknown country", {"country": "KO"}, r"country: 'KO' is not allowed \(known: VN, KR\)", {"country": "KR"}),
    ("unknown kind", {"kind": "nationl"}, "did you mean 'national'", {"kind": "regional"}),
    ("unknown family", {"family": "kr_nsoft"}, "no family 'kr_nsoft'.*mean 'kr_ndsoft'", {"family": "kr_ndsoft"}),
    ("unknown zone", {"zone": "Asia/Soul"}, "no time zone 'Asia/Soul'.*mean 'Asia/Seoul'", {"zone": "Asia/Seoul"}),
    ("a folder of zones", {"zone": "Asia"}, "no time zone 'Asia'", {"zone": "UTC"}),
    ("home that is no key", {"home": "Huế"}, "home: 'Huế' does not have the right form", {"home": "VN-46"}),
    ("homepage that is no address", {"homepage": "a.example"}, "homepage: 'a.example' is no web address",
     {"homepage": "http://a.example"}),
    ("port out of range", {"homepage": "http://a.example:99999"}, "is no web address",
     {"homepage": "http://a.example:9999"}),
    ("host with a path", {"hosts": "[a.example/b]"}, "hosts: 'a.example/b' does not", {"hosts": "['a.example:80']"}),
    ("interval of nothing", {"interval_minutes": "0"}, "interval_minutes: 0 is no whole", {"interval_minutes": "1"}),
    ("interval of words", {"interval_minutes": "true"}, "interval_minutes: True is no", {"interval_minutes": "30"}),
    ("feeds that are no list", {"feeds": "{url: 'https://a.example/'}"}, "feeds: must be a list",
     {"feeds": f"[{FEED}]"}),
    ("feed that is only text", {"feeds": "['https://a.example/']"}, r"feeds\[0\]: must be a mapping",
     {"feeds": f"[{FEED}]"}),
    ("feed without kind", {"feeds": "[{url: 'https://a.example/'}]"}, r"feeds\[0\].kind: missing key",
     {"feeds": "[{url: 'https://a.example/', kind: query}]"}),
    ("feed of an unknown kind", {"feeds": "[{url: 'https://a.example/', kind: atom}]"}, "kind: 'atom' is not allowed",
     {"feeds": f"[{FEED}]"}),
    ("unproven confidence", {"feeds": "[{url: 'https://a.example/', kind: rss, confidence: sure}]"},
     r"feeds\[0\].confidence: 'sure'", {"feeds": "[{url: 'https://a.example/', kind: rss, confidence: seen}]"}),
    ("feed twice in a file", {"feeds": f"[{FEED}, {{url: 'http://a.example', kind: section}}]"},
     r"feeds\[1\].url: http://a.example is already a feed of extra feeds\[0\]",
     {"feeds": f"[{FEED}, {{url: 'http://a.example/b', kind: section}}]"}),
    ("feed of another outlet", {"feeds": "[{url: 'https://thanhnien.vn/rss/home.rss', kind: rss}]"},
     "home.rss is already a feed of", {"feeds": "[{url: 'https://thanhnien.vn/rss/home2.rss', kind: rss}]"}),
    ("bad regular expression", {"article": "{pattern: '^https://a(b'}"}, "article.pattern: not a regular expression",
     {"article": "{pattern: '^https://a(b)'}"}),
    ("pattern that is not anchored", {"article": r"{pattern: '/news/\d+'}"}, "article.pattern: must begin with",
     {"article": r"{pattern: '^https://extra\.example/news/\d+'}"}),
    ("article without pattern", {"article": "{example: 'https://extra.example/1'}"}, "article.pattern: missing key",
     {"article": None}),
    ("example beside its pattern", {"article": "{example: 'https://extra.example/a', pattern: '^https://extra.example/[0-9]'}"},
     "article.pattern: does not match the example",
     {"article": "{example: 'https://extra.example/1', pattern: '^https://extra.example/[0-9]'}"}),
    ("feed that is an article", {"article": "{pattern: '^https://extra.example/'}"},
     r"feeds\[0\].url: .* matches the article",
     {"article": "{pattern: '^https://extra.example/[0-9]'}"}),
    ("identity that takes nothing",
     {"family": "kr_ndsoft", "article": "{example: 'https://e.example/1', pattern: '^https:'}",
      "feeds": "[{url: 'http://e.example/', kind: rss}]"},
     "overrides.identity: the identity rule takes nothing",
     {"family": "kr_ndsoft", "article": "{example: 'https://e.example/?idxno=1', pattern: '^https:'}",
      "feeds": "[{url: 'http://e.example/', kind: rss}]"}),
    ("override of no rule", {"overrides": "{feeds: [x]}"}, "overrides.feeds: unknown key",
     {"overrides": "{list_links: [a]}"}),
    ("bad selector", {"overrides": "{page: {body: ['div[']}}"}, r"overrides.page.body: 'div\[' is no CSS selector",
     {"overrides": "{page: {body: ['div[id]']}}"}),
    ("selector of no page part", {"overrides": "{page: {bodies: [div]}}"}, "did you mean 'body'",
     {"overrides": "{page: {body: [div]}}"}),
    ("selector that is no list", {"overrides": "{list_links: a}"}, "list_links: must be a list",
     {"overrides": "{list_links: [a]}"}),
    ("identity without a group", {"overrides": "{identity: {path: '[0-9]+$'}}"}, "identity.path: has 0 groups",
     {"overrides": "{identity: {path: '([0-9]+)$'}}"}),
    ("unknown order of dates", {"overrides": "{date_order: dym}"}, "date_order: 'dym' is not allowed",
     {"overrides": "{date_order: mdy}"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message", "right"), [row[1:] for row in WRONG], ids=[row[0].replace(" ", "-") for row in WRONG]
)
def test_a_fault_is_said_with_file_and_key_and_its_near_miss_loads(
    wrong: dict[str, str | None], message: str, right: dict[str, str | None], tmp_path: Path
) -> None:
    path = write_outlet(tmp_path, "extra", **wrong)
    with pytest.raises(SeedError, match=message) as caught:
        load_catalogue(tmp_path)

    write_outlet(tmp_path, "extra", **right)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(load_catalogue(tmp_path).outlets["extra"], Outlet)


BROKEN_FILES = [
    ("not YAML", "outlets/a.yml", b"name: [", "not valid YAML", b""),
    ("a list", "outlets/a.yml", b"- name", "must be a mapping", b""),
    ("empty", "outlets/a.yml", b"", "must be a mapping", b""),
    ("not UTF-8", "outlets/a.yml", "name: Báo".encode("latin-1"), "not UTF-8", b""),
    ("another suffix", "outlets/a.yaml", b"name: A", "name it .yml", b""),
    ("no id", "outlets/A-b.yml", b"name: A", "is no id", b""),
    ("family without about", "families/a.yml", b"date_order: dmy", "missing key 'about'", b"about: A"),
    ("family with a wrong key", "families/a.yml", b"about: A\nlist_link: [a]", "mean 'list_links'", b"about: A"),
    ("family with two groups", "families/a.yml", b"about: A\nidentity: {path: (a)(b)}", "has 2 groups",
     b"about: A\nidentity: {path: (a)(?:b)}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message", "right"), [row[1:] for row in BROKEN_FILES], ids=[row[0] for row in BROKEN_FILES]
)
def test_a_broken_overlay_file_is_an_error_and_not_left_out(
    name: str, content: bytes, message: str, right: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SeedError, match=message) as caught:
        load_catalogue(tmp_path)

    if right:
        path.write_bytes(right)
    else:
        path.unlink()

    assert str(path) in str(caught.value)
    assert load_catalogue(tmp_path).outlets == CATALOGUE.outlets


def test_two_overlay_files_of_one_id_are_an_error_and_hidden_files_are_none(tmp_path: Path) -> None:
    write_outlet(tmp_path, "extra")
    write(tmp_path / "outlets" / ".extra.yml", "not: read")
    assert "extra" in load_catalogue(tmp_path).outlets

    write(tmp_path / "outlets" / "kr" / "extra.yml", (tmp_path / "outlets" / "extra.yml").read_text(encoding="utf-8"))

    with pytest.raises(SeedError, match="the id 'extra' is taken by"):
        load_catalogue(tmp_path)


def test_an_unreadable_overlay_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "outlets" / "extra.yml").mkdir(parents=True)

    with pytest.raises(SeedError, match=r"extra.yml: cannot be read"):
        load_catalogue(tmp_path)


def found(catalogue: Catalogue, url: str) -> str | None:
    outlet = catalogue.find_outlet(url)
    return outlet.id if outlet else None


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def write_outlet(seeds_dir: Path, outlet_id: str, **changes: str | None) -> Path:
    """An outlet that loads, but for the changes: raw YAML by key, None to leave a key out."""
    usual: dict[str, str | None] = {
        "name": "Extra",
        "name_en": "Extra",
        "country": "VN",
        "lang": "vi",
        "kind": "national",
        "homepage": f"https://{outlet_id}.example",
        "family": "generic",
        "feeds": f"[{{url: 'https://{outlet_id}.example/feed', kind: rss}}]",
    }
    lines = [f"{key}: {value}" for key, value in (usual | changes).items() if value is not None]
    return write(seeds_dir / "outlets" / f"{outlet_id}.yml", "\n".join(lines) + "\n")


def write_local(seeds_dir: Path, outlet_id: str, port: int) -> None:
    write_outlet(
        seeds_dir,
        outlet_id,
        homepage=f"http://127.0.0.1:{port}",
        feeds=f"[{{url: 'http://127.0.0.1:{port}/rss', kind: rss}}]",
        article=rf"{{pattern: '^http://127\.0\.0\.1:{port}/[a-z]+-\d+\.html$'}}",
    )
