"""What `app.py` hands to `st.App(..., middleware=...)`: every browser gets its random id."""

from starlette.middleware import Middleware

from store import LearnerCookie


def middleware() -> list[Middleware]:
    return [Middleware(LearnerCookie)]
