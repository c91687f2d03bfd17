"""What outlives a session: a learner's progress, in SQLite or in any database of SQLAlchemy's.

A learner is a random id and nothing else (`new_learner_id`; `store.cookie` gives it to a browser).
Kept are the steps that were reached, the first answer to each prediction and how it came out, and
the challenges that were met, each with its time. What a call of `Store` wrote is on the disk when
the call returns.

    store = open_store()                     # UNROLLED_DATABASE, else a file of this user
    store.answered(learner, "gates", "opens", 2, right=True)
    store.progress(learner).lessons["gates"].answers["opens"].right

Proven by the tests against SQLite and PostgreSQL.
"""

from store.bounds import MOST_ANSWER_BYTES, MOST_NAME, is_learner_id, new_learner_id
from store.cookie import COOKIE, LearnerCookie, learner_of
from store.errors import StoreError
from store.export import MOST_EXPORT_BYTES, read_export
from store.opening import open_store
from store.records import Answer, LessonProgress, Place, Progress
from store.store import Store

__all__ = [
    "COOKIE",
    "MOST_ANSWER_BYTES",
    "MOST_EXPORT_BYTES",
    "MOST_NAME",
    "Answer",
    "LearnerCookie",
    "LessonProgress",
    "Place",
    "Progress",
    "Store",
    "StoreError",
    "is_learner_id",
    "learner_of",
    "new_learner_id",
    "open_store",
    "read_export",
]
