"""Where previews are: each at a host name of its own, so that browsers keep them apart from each other and from us."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from aura_gql.previews.tokens import is_token

PLACE = "{token}"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PreviewAddresses:
    """Makes URLs of tokens, and finds tokens in the `Host` that a browser names. `port` is the one browsers see."""

    scheme: str
    domain: str
    port: int

    @classmethod
    def from_template(cls, url: str) -> Self:
        """Such as `https://{token}.preview.example.com`, of which the settings have seen to the form."""
        parts = urlsplit(url.replace(PLACE, "token", 1))
        host = parts.hostname or ""
        return cls(parts.scheme, host.partition(".")[2], parts.port or _DEFAULT_PORTS[parts.scheme])

    def url_of(self, token: str) -> str:
        """The address of a preview."""
        return f"{self.origin_of(token)}/"

    def origin_of(self, token: str) -> str:
        """The same as browsers write it in `Origin`."""
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{token}.{self.domain}{port}"

    def token_in(self, host: str) -> str | None:
        """The token in the value of a `Host` header; None where it is none of our host names."""
        name = host.partition(":")[0].lower()
        token, _, domain = name.partition(".")
        return token if domain == self.domain and is_token(token) else None
