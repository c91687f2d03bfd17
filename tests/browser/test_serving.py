"""The server that start.py starts answers on this machine's loopback address alone."""

import socket
from urllib.parse import urlsplit

from start import HOST, is_healthy


def test_only_loopback_answers(app_url: str) -> None:
    port = urlsplit(app_url).port
    assert port
    assert is_healthy(port)
    # On Linux a server on every address would answer here too; one on 127.0.0.1 does not.
    assert HOST == "127.0.0.1"
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", port)) != 0
