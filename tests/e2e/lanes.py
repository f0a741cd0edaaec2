"""lanes - a hub that is a test lane, and one in production that passes on to it."""

from collections.abc import Mapping
from typing import Any

import deploy
from api import ApiHub


def token_for_tests(oin: str) -> str:
    return deploy.token_of(oin, "TEST")


class WithTestTokens(ApiHub):
    """Each partner has a test token too; nothing of that is known before the first start."""

    top: Mapping[str, Any] = {}

    def deploy(self) -> None:
        super().deploy()
        for oin in self.config.partners:
            deploy._secret(self.folder / "secrets" / f"{oin}.test", token_for_tests(oin))
            path = self.folder / "network.conf"
            tokens = f'tokens = [ "{oin}.token" ];'
            assert tokens in path.read_text()
            path.write_text(
                path.read_text().replace(tokens, f'{tokens} test_tokens = [ "{oin}.test" ];')
            )

    def _node(self, node: str, top: Any, port: int, admin: int) -> Any:
        return super()._node(node, {**self.top, **top}, port, admin)


class LaneHub(WithTestTokens):
    top = {"lane": "test"}


class Production(WithTestTokens):
    """Its test lane has this URL."""

    lane_url = ""

    def deploy(self) -> None:
        row = {"name": "lane", "url": self.lane_url, "allow_private": True, "timeout_ms": 12000}
        self.lists = {**(self.lists or {}), "endpoints": [row]}
        self.http = {**self.http, "test_lane": '"lane"', "retry_after_s": 9}
        super().deploy()


def somebodys(begin: str) -> str:
    """A number that passes the 11-test and begins like this, made here."""
    for number in range(10**6):
        digits = [int(digit) for digit in f"{begin}{number:07d}"[:8]]
        last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True))
        if last % 11 < 10:
            return "".join(map(str, digits)) + str(last % 11)
    raise ValueError(begin)
