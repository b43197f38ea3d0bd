"""The dashboard on a real port: served until it is stopped, and refused where it would be open to others."""

import asyncio
import socket

import httpx
import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.app import make_app
from monitor.web.serving import Dashboard
from seeds.errors import SettingsError


def _set(application: Application, **web: object) -> None:
    changed = application.settings.web.model_validate({**application.settings.web.model_dump(), **web})
    application.settings = application.settings.model_copy(update={"web": changed})


def test_it_answers_until_it_is_stopped(application: Application) -> None:
    _set(application, port=0)
    dashboard = Dashboard(application)

    async def ask() -> int:
        stopped = asyncio.Event()
        serving = asyncio.ensure_future(dashboard.serve(stopped))
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{dashboard.url}static/style.css")
        stopped.set()
        await serving
        return answer.status_code

    assert asyncio.run(ask()) == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(dashboard.url)


@pytest.mark.parametrize(("proxies", "forwarded", "last"), [
    ([], "10.0.0.{n}", 429),
    (["127.0.0.1"], "10.0.0.{n}", 401),
    (["127.0.0.0/8"], "10.0.0.{n}", 401),
    (["10.0.0.0/8"], "10.0.0.{n}", 429),
    (["127.0.0.1"], "10.0.0.{n}, 198.51.100.7", 429),
])
def test_whom_a_header_names_is_believed_from_a_proxy_of_the_settings_alone(
    application: Application, proxies: list[str], forwarded: str, last: int
) -> None:
    _set(application, port=0, token="a-token-for-programs", proxies=proxies)
    dashboard = Dashboard(application)

    async def ask() -> list[int]:
        stopped = asyncio.Event()
        serving = asyncio.ensure_future(dashboard.serve(stopped))
        async with httpx.AsyncClient() as client:
            answers = [
                await client.get(f"{dashboard.url}events.json", headers={
                    "Authorization": f"Bearer guess {n}", "X-Forwarded-For": forwarded.format(n=n)})
                for n in range(1, 7)
            ]
        stopped.set()
        await serving
        return [one.status_code for one in answers]

    assert asyncio.run(ask()) == [401] * 5 + [last]


def test_an_address_that_is_taken_is_named_in_one_line(application: Application) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        _set(application, port=taken.getsockname()[1])

        with pytest.raises(SettingsError, match=r"web\.port") as error:
            Dashboard(application)

    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("host", "reached"), [
    ("::", ("127.0.0.1", "[::1]")), ("[::1]", ("[::1]",)), ("::1", ("[::1]",)), ("0.0.0.0", ("127.0.0.1",)),
])
def test_every_way_of_writing_an_address_is_listened_at(
    application: Application, host: str, reached: tuple[str, ...]
) -> None:
    _set(application, host=host, port=0, password="a password of ours")
    dashboard = Dashboard(application)
    port = dashboard.url.rpartition(":")[2]

    async def ask() -> list[str]:
        stopped = asyncio.Event()
        serving = asyncio.ensure_future(dashboard.serve(stopped))
        answers = []
        async with httpx.AsyncClient() as client:
            for one in ("127.0.0.1", "[::1]"):
                try:
                    answers.append((one, (await client.get(f"http://{one}:{port}static/style.css")).status_code))
                except httpx.ConnectError:
                    continue
        stopped.set()
        await serving
        return [one for one, code in answers if code == 200]

    assert asyncio.run(ask()) == list(reached)


def test_an_address_of_another_machine_is_no_port_that_is_taken(application: Application) -> None:
    _set(application, host="192.0.2.1", port=0, password="a password of ours")

    with pytest.raises(SettingsError, match="address of this machine"):
        Dashboard(application)


def test_an_open_door_is_refused_before_anything_is_started(application: Application) -> None:
    _set(application, host="0.0.0.0")

    with pytest.raises(SettingsError, match="without a password"):
        Dashboard(application)


@pytest.mark.parametrize(("language", "said"), [
    ("en", "No schedule runs"), ("ko", "예약 작업은 실행되지 않습니다"), ("vi", "Không có lịch nào đang chạy"),
])
def test_a_demonstration_says_on_every_page_that_no_schedule_runs(
    application: Application, language: str, said: str
) -> None:
    shown, usual = (TestClient(make_app(application, is_demo=one), "http://localhost") for one in (True, False))

    for path in ("/", "/digests", "/outlets", "/nothing"):
        assert said in shown.get(path, params={"lang": language}).text, path
        assert said not in usual.get(path, params={"lang": language}).text, path
