"""The pieces that lessons are made of, one module each, with a `PIECE`."""
