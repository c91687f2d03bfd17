"""A port for a test's own server.

The system names one that nobody has: two test processes that both look for the first free one from
some number on would find the same.
"""

import socket

from start import HOST


def own_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
