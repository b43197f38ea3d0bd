"""All routes of the API under one prefix, with what each may be refused with."""

from fastapi import APIRouter, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from monitor.web.api import events, overview, register, working
from monitor.web.api.answers import ERRORS

PREFIX = "/api/v1"
OPENAPI_URL = f"{PREFIX}/openapi.json"
DESCRIPTION = """What the dashboard shows, and what readers may say of it.

Read with `Authorization: Bearer TOKEN` (`web.token`), or without on a service that is open to its own machine alone;
writes always take the token. Lists are paged: send `next` of one page as `cursor` of the following one. Every read
carries an `ETag`; send it as `If-None-Match` and nothing comes back while nothing changed.
"""

# The guard has looked at the token already; this writes it down.
_shown = HTTPBearer(auto_error=False, description="`web.token` of the settings.")


def _name(route: APIRoute) -> str:
    return route.name


router = APIRouter(
    prefix=PREFIX, responses=ERRORS, dependencies=[Security(_shown)], generate_unique_id_function=_name)
for part in (overview, events, register, working):
    router.include_router(part.router, generate_unique_id_function=_name)
