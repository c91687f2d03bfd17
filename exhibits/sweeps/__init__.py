"""Sweeps on a page: a grid from controls, its progress, its heat map while it fills."""

from exhibits.sweeps.page import sweeps_page

__all__ = ["sweeps_page"]
