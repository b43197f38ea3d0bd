"""Puts a reply on the wire: validators, "not modified", gzip. It does not choose the reply."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from seeds.newsroom.values import Reply


def make_response(reply: Reply, asked: Mapping[str, str], *, compress: bool) -> web.Response:
    """The answer on the wire: validators, 304 where `asked` (the request's headers) holds a current one, gzip."""
    headers = {"Content-Type": reply.content_type}
    if reply.location:
        headers["Location"] = reply.location
    if reply.changed_at:
        headers["ETag"] = f'"{hashlib.sha1(reply.body, usedforsecurity=False).hexdigest()[:20]}"'
        headers["Last-Modified"] = format_datetime(reply.changed_at.astimezone(UTC), usegmt=True)
        if _is_current(asked, headers["ETag"], reply.changed_at):
            return web.Response(status=304, headers=headers)
    if compress and "gzip" in asked.get("Accept-Encoding", ""):
        reply = replace(reply, body=gzip.compress(reply.body, 6, mtime=0))
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=reply.body, status=reply.status, headers=headers)


def _is_current(asked: Mapping[str, str], etag: str, changed_at: datetime) -> bool:
    if "If-None-Match" in asked:
        return etag in asked["If-None-Match"]
    since = asked.get("If-Modified-Since")
    try:
        return bool(since) and parsedate_to_datetime(since or "") >= changed_at
    except (TypeError, ValueError):
        return False
