"""Which servers a security policy names for an address in the settings."""

import pytest

from est_platform.environment import origins


@pytest.mark.parametrize(
    ("address", "servers"),
    [
        ("https://tiles.example.org/{z}/{x}/{y}.png", ["https://tiles.example.org"]),
        ("http://localhost:8080/style.json?key=1", ["http://localhost:8080"]),
        ("/static/style.json", []),
        ("", []),
        ("javascript:alert(1)", []),
    ],
)
def test_an_address_gives_its_server_and_nothing_more(address, servers):
    assert origins(address) == servers
