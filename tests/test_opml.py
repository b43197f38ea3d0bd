"""OPML in and out: folders kept, hostile files refused, unknown outlets written so that the catalogue takes them."""

from pathlib import Path

import pytest

from crawler.exchange import export_opml, import_opml, make_folder
from crawler.opml import Outline, parse_opml, write_opml
from seeds.catalogue import load_catalogue
from seeds.errors import InputError

FEEDS = [
    Outline("Báo Ví Dụ", "https://baovidu.vn/rss/home.rss", "rss", "https://baovidu.vn/", ("Báo chí", "Miền Trung")),
    Outline("Báo Ví Dụ", "https://baovidu.vn/thoi-su", "section", "https://baovidu.vn/", ("Báo chí", "Miền Trung")),
    Outline('A "& <B>', "https://sinmun.kr/rss?a=1&b=2", "rss", "", ()),
]


@pytest.fixture
def seeds_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    monkeypatch.setenv("TWINWATCH_SEEDS_DIR", str(folder))
    return folder


def write(path: Path, *outlines: Outline) -> Path:
    path.write_bytes(write_opml(outlines, "t"))
    return path


def test_what_is_written_is_read_again_with_its_folders() -> None:
    assert parse_opml(write_opml(FEEDS, "t")) == FEEDS


def test_files_of_other_readers_are_read() -> None:
    body = ("<OPML version='1.0'><head/><body><outline text='VN'><outline type='rss' text='A' XMLURL='https://a.vn/r'/>"
            "<outline text='B' xmlUrl='https://b.vn/r'/><outline text='note'/></outline>"
            "<outline text='link' type='link' url='https://c.vn/'/></body></OPML>")

    assert [(o.title, o.url, o.folders) for o in parse_opml(body.encode())] == [
        ("A", "https://a.vn/r", ("VN",)), ("B", "https://b.vn/r", ("VN",))]


@pytest.mark.parametrize(("body", "said"), [
    (b"", "not valid XML"), (b"<opml><body>", "not valid XML"), (b"<rss><channel/></rss>", "no OPML"),
    (b"<opml><head/></opml>", "no OPML"),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><opml><body/></opml>", "declares entities"),
    ("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml/>".encode("utf-16"), "declares entities"),
    (b"<opml><body>" + b"<outline text='f'>" * 30 + b"</outline>" * 30 + b"</body></opml>", "folders within folders"),
    (b" " * 11_000_000, "too large"),
])
def test_what_is_no_opml_is_refused_with_its_reason_and_place(body: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        parse_opml(body, "feeds.opml")

    assert error.value.where == "feeds.opml" and error.value.advice


def test_unknown_outlets_become_yaml_in_their_folders_and_load(seeds_dir: Path, tmp_path: Path) -> None:
    everything = import_opml(write(tmp_path / "a.opml", *FEEDS), "")

    outlets = load_catalogue(seeds_dir).outlets
    assert everything
    assert (seeds_dir / "outlets" / "Báo chí" / "Miền Trung" / "baovidu.yml").is_file()
    assert [(f.url, f.kind, f.confidence) for f in outlets["baovidu"].feeds] == [
        (FEEDS[0].url, "rss", "guess"), (FEEDS[1].url, "section", "guess")]
    assert (outlets["baovidu"].country, outlets["sinmun"].country, outlets["sinmun"].lang) == ("VN", "KR", "ko")


def test_known_outlets_are_passed_over_so_that_a_second_import_adds_nothing(seeds_dir: Path, tmp_path: Path) -> None:
    known = Outline("x", "https://thanhnien.vn/rss/moi.rss")
    file = write(tmp_path / "a.opml", *FEEDS, known)

    import_opml(file, "")
    first = sorted(seeds_dir.rglob("*.yml"))
    import_opml(file, "")

    assert len(first) == 2
    assert sorted(seeds_dir.rglob("*.yml")) == first


def test_what_cannot_be_taken_is_left_out_and_told_and_the_rest_is_taken(
    seeds_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = [Outline("f", "file:///etc/passwd"), Outline("u", "http://a@b.vn/rss"), Outline("w", "https://paper.com/rss")]

    everything = import_opml(write(tmp_path / "a.opml", FEEDS[0], *bad), "")

    told = capsys.readouterr().err
    assert not everything
    assert [path.stem for path in seeds_dir.rglob("*.yml")] == ["baovidu"]
    assert all(outline.url in told for outline in bad) and "--country VN" in told


def test_a_country_can_be_said_for_those_whose_host_does_not_tell(seeds_dir: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.opml", Outline("w", "https://paper.com/rss"))

    assert import_opml(file, "KR")
    assert load_catalogue(seeds_dir).outlets["paper"].zone == "Asia/Seoul"


def test_what_is_said_of_a_list_is_taken_for_those_alone_whose_host_and_name_tell_nothing_and_told(
    seeds_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [Outline("세계일보", "https://segye.com/rss"), Outline("A", "https://a.kr/r"), Outline("w", "https://w.com/r")]

    assert import_opml(write(tmp_path / "a.opml", *lines), "VN")

    outlets = load_catalogue(seeds_dir).outlets
    assert [(outlets[i].country, outlets[i].lang) for i in ("segye", "a", "w")] == [
        ("KR", "ko"), ("KR", "ko"), ("VN", "vi")]
    assert "so VN as you say: w; where that is wrong" in capsys.readouterr().err


def test_the_folder_for_outlets_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_SEEDS_DIR", str(tmp_path / "mine" / "seeds"))

    assert import_opml(write(tmp_path / "a.opml", *FEEDS), "")
    assert "baovidu" in load_catalogue(tmp_path / "mine" / "seeds").outlets


def test_one_feed_with_and_without_tls_is_taken_once(seeds_dir: Path, tmp_path: Path) -> None:
    twice = [Outline("a", "https://baovidu.vn/rss"), Outline("a", "http://baovidu.vn/rss/")]

    assert import_opml(write(tmp_path / "a.opml", *twice), "")
    assert len(load_catalogue(seeds_dir).outlets["baovidu"].feeds) == 1


@pytest.mark.parametrize(("text", "folder"), [
    ("Báo chí", "Báo chí"), ("../../etc", "etc"), ("..", ""), ("a/b", "a b"), (".hidden", "hidden"), ("C:\\x", "C x"),
    ("한" * 100, "한" * 40),
])
def test_a_folder_of_the_file_never_leads_out_of_the_folder_of_outlets(text: str, folder: str) -> None:
    assert make_folder(text) == folder


def test_all_outlets_go_out_and_none_of_them_comes_in_again_as_unknown(seeds_dir: Path, tmp_path: Path) -> None:
    import_opml(write(tmp_path / "a.opml", *FEEDS), "")
    out = tmp_path / "out.opml"

    export_opml(out)

    found = parse_opml(out.read_bytes())
    outlets = load_catalogue(seeds_dir).outlets
    wanted = {feed.url for outlet in outlets.values() for feed in outlet.feeds if feed.kind != "query"}
    assert {outline.url for outline in found} == wanted
    assert next(o.folders for o in found if o.url == FEEDS[0].url) == ("Báo chí", "Miền Trung")
    assert import_opml(out, "") and len(load_catalogue(seeds_dir).outlets) == len(outlets)


def test_without_a_folder_of_ones_own_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWINWATCH_SEEDS_DIR", raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InputError, match="seeds_dir"):
        import_opml(write(tmp_path / "a.opml", *FEEDS), "")
