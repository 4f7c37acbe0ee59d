"""What is kept of requests and replies, without what signs them in.

NetSuite's replies hold no secret. What answers in its place may: a proxy that shows the request it was given, headers
and all. So whatever is stored or shown of a body goes through here.
"""

import re

REMOVED = "[removed]"
_SECRETS = re.compile(
    r"""
    (?P<header>authorization["']?\s*[:=]\s*["']?)[^\r\n<"']*(?:"[^"\r\n<]*"?[^\r\n<"']*)*
    | (?P<scheme>\b(?:bearer|oauth)\s+)(?=[a-z0-9_.~+/%-]{12,}|realm=|oauth_)[^\r\n<"']*(?:"[^"\r\n<]*"?[^\r\n<"']*)*
    | (?P<pair>\b(?:oauth_[a-z_]+|client_assertion|client_secret|consumer_key|consumer_secret|token_id|token_secret
        |access_token|refresh_token)["']?\s*[:=]\s*)(?:"[^"]*"?|'[^']*'?|[^\s,;&<}]+)
    | (?P<token>)\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*
    """,
    re.IGNORECASE | re.VERBOSE,
)


def redact(text: str) -> str:
    """The text with what looks like a credential of a request replaced by `[removed]`."""
    return _SECRETS.sub(
        lambda found: next((part for part in found.groups() if part is not None), "") + REMOVED, text
    )
