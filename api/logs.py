"""Logs: one structured line an event, with job and request ids, and no secret in any of them.

`json` writes one JSON object a line, `console` a readable line. Everything that the standard library's loggers
say goes the same way. The redaction is a net, not a licence: nothing logs credentials knowingly.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

from jobs.runner import workflow_id
from revrec.config import Config

_SECRET_KEY = re.compile(
    r"secret|password|passwd|token|authorization|api_?key|private_key|assertion|cookie|signature", re.I
)
_SECRET_FIELDS = "client_secret|client_assertion|password|access_token|token_secret|consumer_secret"  # noqa: S105
_SECRET_TEXT = (
    (re.compile(r"rr_[A-Za-z0-9_-]{20,}"), "rr_***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r'(?i)(oauth_(?:signature|token|consumer_key|nonce))="[^"]*"'), r'\1="***"'),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), "***"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), "***"),
    (re.compile(rf"(?i)((?:{_SECRET_FIELDS})['\"]?\s*[=:]\s*['\"]?)[^\s&'\",}}]+"), r"\1***"),
    (re.compile(r"(\w+://[^\s:/@]+):[^\s@/]+@"), r"\1:***@"),
)

Event = MutableMapping[str, Any]


def configure_logs(config: Config, *, level: str = "") -> None:
    """Send all logs to standard error in the deployment's format, from `level` (default: the deployment's) up."""
    as_json = config.log_format == "json" or (config.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        add_job,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
    )
    handler = _ToStandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level or config.log_level)
    # At DEBUG these say more than anybody may read: oauthlib what it signs, httpx headers.
    for noisy in ("oauthlib", "httpx", "httpx2", "httpcore", "httpcore2", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    for engine in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        logging.getLogger(engine).handlers.clear()
        logging.getLogger(engine).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # every request is logged once, by ourselves
    if config.log_level != "DEBUG":
        logging.getLogger("dbos").setLevel(logging.WARNING)


class _ToStandardError(logging.Handler):
    """Writes to what standard error is at that moment; a program that embeds us may replace it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def add_job(_logger: Any, _method: str, event: Event) -> Event:
    """Say which job the line belongs to, where a step or workflow of one speaks."""
    event.pop("color_message", None)
    with suppress(RuntimeError):  # not within a run
        if found := re.match(r"job-(\d+)", workflow_id()):
            event.setdefault("job_id", int(found[1]))
    return event


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Replace what looks like a secret, by key or by form, at any depth."""
    for key in list(event):
        event[key] = _clean(event[key], key)
    return event


def _clean(value: Any, key: str = "") -> Any:
    if isinstance(value, str):
        return "***" if value and _is_secret(key) else clean_text(value)
    if isinstance(value, bytes):
        return "***"
    if isinstance(value, dict):
        return {name: _clean(one, str(name)) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one, key) for one in value]
    return value


def _is_secret(key: str) -> bool:
    return bool(_SECRET_KEY.search(key))


def clean_text(text: str) -> str:
    """The text without the secrets that can be told by their form."""
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text
