"""Whether the name of a server can be looked up at all, said at once and not after the client's own retries."""

from __future__ import annotations

import socket
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from corpusqa.errors import CannotEvaluate

# A name server answers in milliseconds; one that has to ask others takes some tenths of a second.
NAME_SECONDS = 1.5


def refuse_unreachable(endpoint: str) -> None:
    """Look the name of a server up, with a limit that the system's own look-up does not have.

    Raises:
        CannotEvaluate: nobody answers, or there is no such name.
    """
    parts = urlsplit(endpoint)
    if not parts.hostname or (parts.scheme in getproxies() and not proxy_bypass(parts.hostname)):
        return  # then the proxy looks it up
    said: list[bool] = []
    look_up = Thread(target=_look_up, args=(parts.hostname, said), daemon=True)
    look_up.start()
    look_up.join(NAME_SECONDS)
    if said == [True]:
        return
    why = "there is no such name" if said else f"no name server answered within {NAME_SECONDS:g} seconds"
    raise CannotEvaluate(f"cannot reach {endpoint}: {why}; check the network and --endpoint, and run the command again")


def _look_up(host: str, said: list[bool]) -> None:
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        said.append(False)
    else:
        said.append(True)
