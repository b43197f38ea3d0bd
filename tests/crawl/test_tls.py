"""Certificates are verified: what is wrong with one is a named state; only an outlet's own YAML lets more in."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import pytest

from tests.crawl.certificates import Authority
from tests.crawl.conftest import Desk, Server, run_server

# A ServerHello of TLS 1.2 without any extension, so without RFC 5746's renegotiation_info: what cn.yna.co.kr answers.
HELLO = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00"
LEGACY = b"\x16\x03\x03" + (len(HELLO) + 4).to_bytes(2) + b"\x02" + len(HELLO).to_bytes(3) + HELLO
OLD = timedelta(days=90)


@contextmanager
def run_legacy(address: str) -> Iterator[str]:
    """A server that greets like one of before 2010 and hangs up; its root."""
    listening = socket.create_server((address, 0))

    def greet() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(LEGACY)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)

    threading.Thread(target=greet, daemon=True).start()
    try:
        yield f"https://{address}:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.fixture(scope="module")
def states(shared_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The reasons of six outlets' states after one wave, by outlet; every one has an address of its own."""
    folder = tmp_path_factory.mktemp("certificates")
    known, stranger = Authority(folder), Authority(folder, "stranger")
    certificates = {
        "fine": known.sign("127.0.0.1"), "expired": known.sign("127.0.0.2", age=OLD),
        "stranger": stranger.sign("127.0.0.3"), "other_name": known.sign("bao.example"),
        "let_in": stranger.sign("127.0.0.5", age=OLD)}
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(known.file))
        for number, (name, certificate) in enumerate(certificates.items(), 1):
            server = stack.enter_context(run_server(f"127.0.0.{number}", certificate=certificate))
            server.serve_feed("/rss", server.serve_articles(1))
            more = {"tls": "unverified"} if name == "let_in" else {}
            shared_desk.add_outlet(name, [f"{server.root}/rss"], server.root, **more)
        for name, mode in (("old", "strict"), ("old_let_in", "legacy")):
            root = stack.enter_context(run_legacy("127.0.0.6" if name == "old" else "127.0.0.7"))
            shared_desk.add_outlet(name, [f"{root}/rss"], root, tls=mode)
        shared_desk.settings["TIMEOUT_SECONDS"] = "20"  # none is under test: a busy machine is no slow outlet
        crawl = shared_desk.crawl(*certificates, "old", "old_let_in")
        assert crawl.code == 0, crawl.errors
        yield {name: state.state_reason for name, state in shared_desk.open().outlets.states().items()}


@pytest.mark.parametrize(("outlet", "reason"), [
    ("fine", ""),
    ("expired", "its certificate has expired"),
    ("stranger", "its certificate is of an unknown issuer or its chain is incomplete"),
    ("other_name", "its certificate is for another name"),
    ("let_in", ""),
    ("old", "the server offers only unsafe old TLS (`tls: legacy` in its YAML lets it in)"),
    ("old_let_in", "the connection broke off"),  # beyond the greeting; this server can do no more
])
def test_what_is_wrong_with_a_connection_is_named_and_yaml_alone_lets_it_pass(
    states: dict[str, str], outlet: str, reason: str) -> None:
    assert states[outlet] == reason


def test_a_certificate_that_is_put_right_ends_the_trouble(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Authority(tmp_path_factory.mktemp("certificates"))
    monkeypatch.setenv("SSL_CERT_FILE", str(known.file))
    port = _visit(desk, known, OLD, 0)

    _visit(desk, known, timedelta(), port)

    states = desk.open().outlets.states()
    assert (states["paper"].state, states["paper"].failures) == ("fine", 0)
    assert [run.outcome for run in desk.open().runs.find()] == ["fine", "unproven"]


def _visit(desk: Desk, authority: Authority, age: timedelta, port: int) -> int:
    with run_server("127.0.0.1", port, certificate=authority.sign("127.0.0.1", age=age)) as server:
        _serve(desk, server)
        crawl = desk.crawl("paper")
        assert crawl.code == 0, crawl.errors
        return int(server.root.rpartition(":")[2])


def _serve(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
