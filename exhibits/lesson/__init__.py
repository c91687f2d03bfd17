"""A lesson on the screen and on paper: steps, predictions, challenges, contents, progress."""
