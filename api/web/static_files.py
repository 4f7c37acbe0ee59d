"""Style, script and icon, from this package and from the installed htmx. Their addresses carry a hash of what they
hold, so that browsers keep them for good."""

import hashlib
from functools import cache
from importlib import resources

from fastapi import FastAPI, HTTPException
from starlette.responses import Response

_FILES = {
    "style.css": ("api.web", "static/style.css", "text/css; charset=utf-8"),
    "no-script.css": ("api.web", "static/no-script.css", "text/css; charset=utf-8"),
    "page.js": ("api.web", "static/page.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("api.web", "static/icon.svg", "image/svg+xml"),
    "htmx.js": ("js_lib_htmx", "static/htmx/htmx.min.js", "text/javascript; charset=utf-8"),
}
_FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> bytes:
    package, path, _ = _FILES[name]
    return resources.files(package).joinpath(path).read_bytes()


@cache
def static_url(name: str) -> str:
    """The address of a file, which changes with what it holds."""
    return f"/static/{hashlib.sha256(_content(name)).hexdigest()[:12]}/{name}"


def mount_static(app: FastAPI) -> None:
    """Serve the listed files and nothing else: no name of a request reaches the file system."""

    @app.get("/static/{stamp}/{name}", include_in_schema=False)
    def static_file(stamp: str, name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        return Response(_content(name), media_type=_FILES[name][2], headers={"Cache-Control": _FOR_GOOD})
