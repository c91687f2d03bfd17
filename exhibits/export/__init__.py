"""What a learner takes along of a run, as files that need no Unrolled: pure, run in, bytes out.

    archive     every number, as NumPy's .npz
    sheet       one layer's numbers, a row for each step, as .csv for a spreadsheet
    notebook    the run and its figures again, as a Jupyter notebook
    words       the setup in sentences, and files' names

The animation as one HTML file is `exhibits.stage.export`, the present picture `js/picture.mjs`.
"""
