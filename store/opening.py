"""`open_store`: one store for each database and process."""

import os
import threading

from store.database import SETTING, default_url, engine_for, make_default_folder, read_url
from store.migrate import upgrade
from store.store import Store

_STORES: dict[tuple[int, str], Store] = {}  # by process, for a fork must not share connections
_LOCK = threading.Lock()


def open_store(url: str | None = None) -> Store:
    """The store in that database; else in the one that the environment variable UNROLLED_DATABASE
    names; else in a SQLite file of this user. Its tables are made or brought up to date.

    Safe from any thread. Raises StoreError, in one sentence without a password.
    """
    text = url or os.environ.get(SETTING, "")
    key = (os.getpid(), text)
    with _LOCK:
        if key in _STORES:
            return _STORES[key]
    if not text:
        make_default_folder()
    # Not within the lock: one server that does not answer would hold up all who ask.
    engine = engine_for(read_url(text) if text else default_url())
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    with _LOCK:
        store = _STORES.setdefault(key, Store(engine))
    if store.engine is not engine:
        engine.dispose()
    return store
