"""The interactive pieces that lessons and the lab are made of: setup in, widgets out."""
