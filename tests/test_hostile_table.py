"""Every kind of hostile content and of fault in the network has a test at every door it may come in by.

Here is the list of who tests what, and the rows that no other file has.
"""

import ast
import io
import tarfile
import time
from pathlib import Path

import pytest

from crawler.adding import check_id
from monitor.digests.keywords import has_keyword
from seeds.catalogue import load_catalogue
from seeds.errors import InputError, SeedError
from storage.backup import restore_backup
from storage.engine import Database
from storage.errors import StoreError
from tests.source_tree import ROOT

NETWORK = "crawl/test_bad_input_network.py::test_every_row_of_network_ends_in_its_outcome_and_says_why"
DIGESTS, PAGES, HOOK = "test_hostile_digests.py", "web/test_pages.py", "test_webhook.py"
TESTS: dict[str, tuple[str, ...]] = {
    # network, at the crawler
    "DNS down on our side": ("crawl/test_limits.py::test_where_no_outlet_can_be_reached_no_outlet_is_blamed",),
    "TLS legacy, expired or incomplete chain": (
        "crawl/test_tls.py::test_what_is_wrong_with_a_connection_is_named_and_yaml_alone_lets_it_pass",),
    "304 that lies, ETag that never changes": (
        "crawl/test_bad_input_network.py::test_validators_that_lie_are_found_out_and_no_longer_believed",),
    "200 that stays frozen": ("crawl/test_outlet_faults.py::test_a_fault_is_named_in_its_state_within_a_day",),
    "403, challenge, slow drip, endless, dropped, loop, bomb, headers, robots.txt": (NETWORK,),
    "429 with Retry-After: 317100": ("crawl/test_bad_input_network.py::test_a_pause_of_four_days_is_kept",),
    "private addresses in any notation, redirects to them": (
        NETWORK,
        "crawl/test_guards.py::test_no_notation_and_no_redirect_reaches_an_address_outside_the_allowed_networks"),
    "a DNS answer that changes": (
        "crawl/test_guards.py::test_names_are_judged_by_the_addresses_they_have_when_we_connect",),
    "user@host@other, zone ids, file:, data:": (
        NETWORK, "crawl/test_decisions.py::test_addresses_of_odd_forms_are_refused_before_they_are_resolved"),
    # network, at the webhook
    "webhook to this machine or a private network": (
        f"{HOOK}::test_this_machine_is_not_posted_to_unless_it_is_allowed_in_whatever_notation",
        f"{HOOK}::test_private_networks_are_refused_before_anything_is_connected"),
    "webhook that redirects": (f"{HOOK}::test_a_redirect_is_not_followed_wherever_it_leads",),
    "webhook that drips, drops, asks for odd waits": (f"{HOOK}::test_what_a_receiver_may_answer",),
    # hostile content
    "script in title, author, outlet name, error text": (
        f"{DIGESTS}::test_html_holds_our_elements_only_and_leads_where_it_says",
        f"{PAGES}::test_words_of_others_are_shown_as_words"),
    "CSV cells that begin with =, +, -, @": (f"{PAGES}::test_cells_of_csv_are_no_formulas",),
    "line breaks in subjects": (
        f"{DIGESTS}::test_a_subject_is_one_line_and_a_text_has_no_line_that_is_not_ours",
        "test_message_headers.py::test_a_recipient_that_would_break_the_header_is_refused"),
    "Slack <!channel>, disguised links": (f"{DIGESTS}::test_slack_is_told_of_nothing_but_our_links",),
    "right-to-left overrides": (f"{DIGESTS}::test_no_output_holds_a_sign_that_is_not_seen",),
    "catastrophic expressions in filters": (
        "test_hostile_table.py::test_no_keyword_makes_looking_for_it_slow", "fuzz/test_fuzz_monitor.py::*keywords*"),
    "../ in restore archives": (
        "test_hostile_table.py::test_an_archive_with_paths_in_it_is_no_backup_and_writes_nothing_elsewhere",
        "storage/test_copying.py::test_what_is_no_backup_is_refused_in_one_line"),
    "../ in outlet ids": (
        "test_hostile_table.py::test_an_outlet_cannot_be_named_out_of_its_folder",
        "test_hostile_table.py::test_a_file_that_names_an_outlet_by_a_path_is_refused"),
    "broken input at any reader": (
        "fuzz/test_fuzz_crawler.py::test_ten_thousand_broken_inputs_are_read_or_refused_by_name",
        "fuzz/test_fuzz_monitor.py::test_ten_thousand_broken_inputs_are_read_or_refused_by_name"),
}


def _find_tests(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", TESTS)
def test_every_row_is_tested_by_tests_that_exist(row: str) -> None:
    for name in TESTS[row]:
        file, _, test = name.partition("::")
        assert test.startswith("*") or test in _find_tests(file), name


def test_the_threat_model_names_tests_that_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    section = text[text.index("## Threat model"):].partition("\n## ")[0]
    named = [word for word in section.split("`") if word.startswith("tests/")]

    assert len(named) > 12 and len(section.splitlines()) <= 60
    for name in named:
        file, _, test = name.removeprefix("tests/").partition("::")
        assert (ROOT / "tests" / file).is_file() and (not test or test in _find_tests(file)), name


@pytest.mark.parametrize("keyword", ["*" * 100, "a*" * 50, "(a+)+$", "(" * 100, "\\" * 99, "a b " * 25, "[^a]*" * 20])
def test_no_keyword_makes_looking_for_it_slow(keyword: str) -> None:
    began = time.process_time()

    has_keyword((keyword,), "a" * 20_000 + "!" + " a b" * 2_000)

    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", ["../../outside", "/outside", "twinwatch.db", "a/../../outside"])
def test_an_archive_with_paths_in_it_is_no_backup_and_writes_nothing_elsewhere(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "data" / "store"
    inside.mkdir(parents=True)
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    file = tmp_path / "b.gz"
    file.write_bytes(made.getvalue())

    with pytest.raises(StoreError, match="holds no store"):
        restore_backup(file, Database(f"sqlite:///{inside / 'twinwatch.db'}"))

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b.gz", "data", "store"]


@pytest.mark.parametrize("outlet_id", ["../../etc/x", "a/b", "..", "a\0b", "", "A B", "\u202ea"])
def test_an_outlet_cannot_be_named_out_of_its_folder(outlet_id: str) -> None:
    with pytest.raises(InputError):
        check_id(outlet_id, load_catalogue(), "--id")


def test_a_file_that_names_an_outlet_by_a_path_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "outlets" / "vn"
    folder.mkdir(parents=True)
    (folder / "..x.yml").write_text("name: x\n", "utf-8")
    (folder / "A b.yml").write_text("name: x\n", "utf-8")

    with pytest.raises(SeedError):
        load_catalogue(tmp_path)
