"""Grading a class: an nbgrader course made from the lessons, and all of its submissions graded side by side.

    learntools course new my_course                  # a ready nbgrader course: sources, configuration, gradebook
    learntools grade my_course 02_convolutions       # every submission, in parallel, into nbgrader's gradebook

The way of one submission, a module for each step:

    submission   the bytes of a file, however damaged → its cells
    matching     which cell is the answer to which question, whatever an editor did to its metadata
    planning     which cells must run, and where each question is judged
    one          runs them for one submission, again without a cell that ended its process, and gathers the verdicts
    server       forks a process for each submission from one that has imported torch already
    child        runs the cells in there, and says after each what came of it
    relay        stands between the two: passes on what can be true, and keeps to the limits
    cluster      the same for a whole class, on dask.distributed
    book         the results, into nbgrader's gradebook
    report       grades.csv, grades.json, what was hard, which mistakes were common, and who needs the instructor

`sandbox` says what a submission may see and use, `course` makes the nbgrader course, and `nbgrader_parts` and
`export` are what nbgrader's own commands load from here.
"""

from __future__ import annotations


class GradingError(Exception):
    """A class cannot be graded as asked; the message says what to do."""
