"""What `q1.solution()` shows can be pasted into the notebook: it is the notebook's own cell, with its blanks filled."""

import ast

import pytest

from learntools.authoring import course, script
from learntools.core import solutions
from learntools.core.kinds import CLASS, FUNCTION, MODEL

QUESTIONS = [
    (lesson, question)
    for lesson in course.lessons()
    for question in lesson.exercises
    if question.kind in (FUNCTION, CLASS, MODEL)
]


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=lambda x: getattr(x, "name", ""))
def test_a_solution_is_the_notebooks_cell_with_its_blanks_filled(lesson, question):
    cells = {cell.answer: cell for cell in script.read(lesson.script) if cell.answer}
    shown = question.solution().code
    assert shown == cells[question.name].solved.strip()
    tree = ast.parse(shown)
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert question.answer in made


def test_where_the_scripts_are_not_at_hand_the_reference_speaks_for_itself(monkeypatch):
    from learntools.lessons.simple_gan import q4

    monkeypatch.setattr(solutions, "_script", lambda lesson: "")
    assert q4.solution().code.startswith("def discriminator_loss(")


def test_the_solutions_travel_in_the_wheel(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert {f"learntools/solutions/{lesson.script.name}" for lesson in course.lessons()} <= set(names)
