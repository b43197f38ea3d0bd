"""Localities that settings name by something that is no key: each is told, with what to write."""

from pathlib import Path

import pytest

from monitor.commands.main import run_command


@pytest.mark.parametrize(("word", "said"), [
    ("VN-99", "(a key such as VN-46 or KR-44: write the place's name there"), ("VNH-1000", "'VNH-100')"),
    ("vn46", "(did you mean another key? Huế's is 'VN-46')"), ("KR-444", "Chungcheongnam's is 'KR-44')"),
    ("KR_44", "Chungcheongnam's is 'KR-44')"), ("kr 44", "Chungcheongnam's is 'KR-44')"),
    ("VN–46", "Huế's is 'VN-46')"), ("VN-046", "Huế's is 'VN-46')"),
    ("xyzzy", "all keys are in seeds/localities/*.csv)"), ("nghe an", "(write its key: Nghệ An is VN-40)"),
    ("수원", "Suwon is KR-41110)"),
    ("Gwangju", "Gwangju (metropolitan city) is KR-29, Gwangju (Gyeonggi) is KR-41610)"),
])
def test_a_place_that_is_no_key_gets_one_line_that_names_it(
    clean_folder: Path, capsys: pytest.CaptureFixture[str], word: str, said: str
) -> None:
    text = f'[[subscription]]\nname = "desk"\nnotifier = "email"\nrecipients = ["a@b.example"]\nlocalities = ["{word}"]'
    (clean_folder / "twinwatch.toml").write_text(text, "utf-8")

    code = run_command(["digest", "desk"])

    out, err = capsys.readouterr()
    assert (code, out) == (1, "") and said in err, err
    assert err.startswith(f"twinwatch: subscription desk: localities: no locality '{word}'") and err.count("\n") == 1


def test_all_places_that_are_no_keys_are_told_at_once(
    clean_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[[subscription]]\nname = "{}"\nnotifier = "email"\nrecipients = ["a@b.example"]\nlocalities = {}\n'
    (clean_folder / "twinwatch.toml").write_text(
        text.format("desk", '["VN-99", "KR-44", "nghe an"]') + text.format("farm", '["수원"]'), "utf-8")

    code = run_command(["digest", "desk"])

    err = capsys.readouterr().err
    assert code == 1 and err.count("\n") == 1
    assert err.startswith("twinwatch: subscription desk: localities: no locality 'VN-99' (a key such as")
    assert "; no locality 'nghe an' (write its key: Nghệ An is VN-40); subscription farm: localities: no loc" in err
    assert err.endswith("no locality '수원' (write its key: Suwon is KR-41110)\n") and "'KR-44'" not in err
