"""The keys to a NetSuite account. Their text form never shows a secret."""

from __future__ import annotations

from dataclasses import dataclass, field

M2M_ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


@dataclass(frozen=True, slots=True)
class TbaCredentials:
    """Token-based authentication (OAuth 1.0a): the keys of an integration and of an access token.

    NetSuite creates no new ones from release 2027.1 on; offer `M2mCredentials` first.
    """

    account_id: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class M2mCredentials:
    """OAuth 2.0 client credentials: the client id of an integration and the private key of its certificate.

    `algorithm` is taken from the key where it is empty: PS256 for RSA, ES256/384/512 by curve. `audience` overrides
    the token URL in the assertion, for a proxy that NetSuite does not know by that name.
    """

    account_id: str
    client_id: str
    certificate_id: str
    private_key_pem: str = field(repr=False)
    algorithm: str = ""
    audience: str = ""

    def __post_init__(self) -> None:
        if self.algorithm and self.algorithm not in M2M_ALGORITHMS:
            raise ValueError(
                f"NetSuite does not accept the algorithm {self.algorithm}. Use one of {', '.join(M2M_ALGORITHMS)}."
            )


Credentials = TbaCredentials | M2mCredentials
