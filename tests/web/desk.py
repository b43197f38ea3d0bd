"""What the tests of the dashboard play with: an application with some events, and a browser without JavaScript."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.app import make_app
from storage.store import Store
from storage.values import EventRow
from tests.factories import new_fact, new_verdict, save_article
from tests.fake_clock import START_AT

BLOCK = "VN-46|KR-44"
# No two are one text.
FILLER = (
    "Lúa mùa năm nay được giá, bà con phấn khởi ra đồng.", "Đường ven biển mở rộng thêm hai làn xe trong quý này.",
    "Trường tiểu học khánh thành thư viện với ba nghìn đầu sách.", "Đội bóng chuyền nữ giành huy chương vàng cả nước.",
)
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def save_happenings(
    store: Store, *outlets: str, block: str = BLOCK, at: datetime = START_AT, fields: Sequence[str] = (),
    names: str = "Huế và Chungcheongnam",
) -> list[str]:
    """Saves events of one block, each proven by one article of one of `outlets`; their ids, `e1` and so on.

    The first happens on 1 January 2026, the second on 1 February, and so on. Each fact names the `fields`,
    each text the two units as `names`.
    """
    vn_key, kr_key = block.split("|")
    rows = []
    for number, outlet_id in enumerate(outlets, 1):
        told = f"Hôm qua trời mưa. {names} ký bản ghi nhớ số {number}. Hai bên vui mừng."
        text = f"{FILLER[number - 1]} {told} {' '.join(FILLER[number - 1].split()[::-1])}"
        published_at = datetime(2026, number, 1, 12, tzinfo=UTC)
        article_id = save_article(store, number, at, outlet_id=outlet_id, text=text, published_at=published_at)
        quote = f"ký bản ghi nhớ số {number}"
        start = text.index(quote)
        fact = new_fact(
            vn_key=vn_key, kr_key=kr_key, block=block, quote=quote, start=start, end=start + len(quote),
            happened_on=f"2026-0{number}-01", details=[{"kind": "field", "name": field} for field in fields],
        )
        store.articles.save_verdict(new_verdict(article_id, fact), at)
        fact_id = max(one.id for one in store.events.block_facts(block))
        rows.append(EventRow(
            f"e{number}", block, "agreement", "signed", f"2026-0{number}-01", "yes", False, 0.9, ((vn_key, kr_key),),
            (fact_id,),
        ))
    store.events.save_block(block, rows, {}, at)
    return [row.id for row in rows]


def open_browser(application: Application, **web: Any) -> TestClient:
    """A browser on the application's dashboard, under the settings `web`; it follows no redirect by itself."""
    settings = application.settings
    changed = settings.web.model_validate({**settings.web.model_dump(), **web})
    application.settings = settings.model_copy(update={"web": changed})
    scheme = "https" if changed.public_url.startswith("https") else "http"
    return TestClient(make_app(application), base_url=f"{scheme}://localhost", follow_redirects=False)


def find_routes(browser: TestClient, *methods: str) -> list[tuple[str, str]]:
    """Every route of the dashboard that answers one of `methods`, as method and path; all but static files."""
    found = []
    for route in browser.app.routes:  # type: ignore[attr-defined]
        inner = route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]
        found += [(method, one.path) for one in inner for method in getattr(one, "methods", ()) or ()]
    return [(method, path) for method, path in found if not methods or method in methods]


def find_csrf(browser: TestClient, path: str = "/events/e1") -> str:
    """The token of a form on the page."""
    found = CSRF.search(browser.get(path).text)
    assert found, f"no form on {path}"
    return found[1]
