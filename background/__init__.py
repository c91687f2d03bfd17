"""Trainings beside the pages: worker processes, a queue, and checkpoints that outlive the server.

    from background import trainings
    run = trainings().start(owner, [TrainingSetup(...), ...], title="…")   one to three networks
    trainings().pause(owner, run); resume; step(owner, run, count); stop; forget
    trainings().of(owner), status(run), version(run), weights(run, track, step=None)

`owner` is a secret id, such as the one in a browser's cookie: only its hash is kept. Reading asks
for none; a route asks `owns(owner, run)` first. At most UNROLLED_TRAININGS runs train at once, as
many as there are cores unless set. They are kept in UNROLLED_RUNS, else in a folder of this user.
A run goes on bit for bit as if it had never been paused, or its server never been killed.
"""

from background.opening import trainings
from background.status import ENDED, RunStatus, TrackStatus, TrainingsError
from background.trainings import Trainings

__all__ = ["ENDED", "RunStatus", "TrackStatus", "Trainings", "TrainingsError", "trainings"]
