"""What goes wrong with a database, in one sentence for a person, without any password in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_NO_RIGHT = "{It} does not give this user the right to make and use tables"
# Signs in the driver's own words, and what they mean; the first that fits is taken.
_MEANINGS = (
    ("file is not a database", "{It} is no SQLite database"),
    ("malformed", "{It} is damaged: put a copy back, or move it away to begin a new one"),
    ("unable to open", "{It} cannot be opened: is its folder there, and may this user write in it"),
    ("readonly", "{It} cannot be written: give this user the right to write it and its folder"),
    ("read-only", "{It} cannot be written: the database takes no changes now"),
    ("disk is full", "The disk is full: {it} cannot grow"),
    ("could not extend", "The disk is full: {it} cannot grow"),
    ("No space left", "The disk is full: {it} cannot grow"),
    ("database is locked", "{It} is kept locked by another program"),
    ("password", "{It} does not let this user in: check user and password"),
    ("authentication", "{It} does not let this user in: check user and password"),
    (
        "no schema has been selected",
        _NO_RIGHT,
    ),
    ("permission denied", _NO_RIGHT),
    ("too many", "{It} has no connection left: {words}"),
    ("QueuePool limit", "{It} is too busy: no connection became free in time"),
    ("timeout", "{It} does not answer: is the server running, and are host and port right"),
    ("refused", "{It} does not answer: is the server running, and are host and port right"),
    ("resolve", "{It} does not answer: there is no host of that name"),
    ("translate host", "{It} does not answer: there is no host of that name"),
    ("closed", "{It} ended the connection: is the server running"),
    ("terminat", "{It} ended the connection: is the server running"),
)


class StoreError(Exception):
    """Progress cannot be kept or read; the message is one sentence that says why."""


def capital(words: str) -> str:
    return words[0].upper() + words[1:]


def sqlite_path(url: URL) -> Path:
    return Path((url.database or "").removeprefix("file:")).absolute()


def where(url: URL) -> str:
    """The database, as the middle of a sentence."""
    if url.get_backend_name() == "sqlite":
        return f"the file {sqlite_path(url)}"
    # A password with a slash or an @ in it may have been read as a part of these.
    name = url.database if url.database and "@" not in url.database else "in use"
    host = (url.host or "this machine").rpartition("@")[2]
    return f"the database {name} on {host}" + (f":{url.port}" if url.port else "")


def sentence(url: URL, error: BaseException) -> str:
    """What an error of SQLAlchemy or of a driver means."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    words = " ".join(str(origin).split()) or type(origin).__name__
    it = where(url)
    for sign, meaning in _MEANINGS:
        if sign.lower() in words.lower():
            return meaning.format(It=capital(it), it=it, words=_without_secrets(url, words))
    return f"{capital(it)} failed: {_without_secrets(url, words)}"


def _without_secrets(url: URL, words: str) -> str:
    """A driver's words, with all that might be a password struck out."""
    secrets = [url.password, *(str(value) for key, value in url.query.items() if "pass" in key)]
    secrets += [part.rpartition("@")[0] for part in (url.host, url.database) if part]
    for secret in filter(None, secrets):
        words = words.replace(secret, "…")
    return words


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turns what SQLAlchemy and SQLite raise into a StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(sentence(url, error)) from None
