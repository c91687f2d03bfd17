"""The content: one Markdown file per lesson, and the loader that checks it.

    declared    what an exhibit declares, so that a lesson can name it
    lesson      a lesson as it is once it is read
    reader      text in, lesson out, or an error that names file, block and key
    check       `python -m lessons check`, for authors

Nothing here imports anything else of ours: which exhibits there are is handed in as a `Catalogue`.
"""
