"""`learntools course …` and `learntools grade …`: what they say while they work."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from learntools.grading import GradingError, sandbox
from learntools.grading.course import Course, create
from learntools.grading.one import NOT_HANDED_IN, Graded, nothing
from learntools.grading.roster import read

NEW_NAME = "Nobody of this name was in the gradebook; entered as a new student."


def new(folder: Path, lessons: list[str], db: str, roster: Path | None) -> None:
    """Make a course, and enter its students where a roster is given."""
    from learntools.grading import gradebook

    students = read(roster) if roster is not None else []
    gradebook.reachable(db)
    made = create(folder, lessons, db)
    for path in made:
        print(f"  {path.relative_to(folder.resolve())}")
    if students:
        print(f"  {_students(gradebook.enroll(Course(folder), students))} in the gradebook")
    first = made[0].stem
    print(f"\nNext: cd {shlex.quote(str(folder))} && nbgrader generate_assignment {first}")
    print(f"Then give release/{first}/ to your class, and put what comes back into submitted/STUDENT/{first}/.")
    print(f"Then: learntools grade . {first}")


def roster(folder: Path, path: Path) -> None:
    """Enter students into a course's gradebook."""
    from learntools.grading import gradebook

    course, students = Course(folder), read(path)
    print(f"{_students(len(students))} read, {gradebook.enroll(course, students)} in the gradebook now")


def grade(folder: Path, lesson: str, *, workers: int, scheduler: str, resume: bool, again: Sequence[str] = ()) -> bool:
    """Grade a class; whether nobody in it needs the instructor."""
    start = time.perf_counter()
    course = Course(folder)
    stem = course.stem(lesson)
    try:
        return _grade(course, stem, workers, scheduler, resume, again, start)
    except BrokenPipeError:  # whoever read the table has seen enough of it
        raise
    except OSError as error:  # of the course's own files: those of students are looked after where they are read
        raise GradingError(f"{error.filename or course.folder}: {error.strerror or error}.") from None
    except KeyboardInterrupt:
        from learntools.grading.cluster import KEPT

        raise GradingError(f"Interrupted. {KEPT}") from None


def _grade(
    course: Course, stem: str, workers: int, scheduler: str, resume: bool, again: Sequence[str], start: float
) -> bool:
    from tqdm import tqdm

    from learntools.grading import book, gradebook, report
    from learntools.grading.cluster import grade_all

    key = course.key(stem)
    students = course.students(stem)
    misplaced = course.misplaced(stem)
    for sentence in misplaced:
        print(f"Note: {sentence}", file=sys.stderr)
    if not students:
        raise GradingError(f"Nothing has been handed in: there is no {course.folder / 'submitted'}/STUDENT/{stem}/.")
    gradebook.ready(course, stem)
    before = set(gradebook.enrolled(course))
    if not scheduler and (trouble := sandbox.trouble()):
        print(f"Note: {trouble}", file=sys.stderr)
    results: dict[str, Graded] = {}
    kept = 0
    with tqdm(total=len(students), unit="student", disable=not sys.stderr.isatty()) as bar:
        graded = grade_all(course, stem, workers=workers, scheduler=scheduler, resume=resume, again=again, tell=_tell)
        for student, result, known in graded:
            results[student] = result
            kept += known
            bar.update()
    left_out = book.write(course, stem, results)
    for student, reason in left_out.items():
        results[student].remarks.insert(0, reason)
        results[student].needs.insert(0, reason)
    for student in sorted(set(results) - before - set(left_out)) if before else ():
        results[student].remarks.insert(0, NEW_NAME)
        results[student].needs.append(NEW_NAME)
    for student in sorted(set(gradebook.enrolled(course)) - set(results)):
        results[student] = nothing(key, NOT_HANDED_IN, "There is no submission.")
    made = report.write(course.folder / "grades" / stem, results, key)
    print(report.table(results, key))
    print()
    print(report.summary(results, key))
    written = sum(any(result.written.values()) for result in results.values())
    if written:
        print(
            f"\n{_students(written)} also wrote in their own words: nbgrader's formgrader is the place to grade that."
        )
    old = f", {kept} of them kept from the run before" if kept else ""
    print(f"\n{len(students)} submissions in {time.perf_counter() - start:.1f} s{old}")
    print(" · ".join(str(path.relative_to(course.folder)) for path in made))
    needing = report.needing(results, misplaced)
    if needing:
        print(f"\n{needing}")
    return not needing


def _tell(sentence: str) -> None:
    from tqdm import tqdm

    tqdm.write(f"Note: {sentence}", file=sys.stderr)


def _students(number: int) -> str:
    return f"{number} student" if number == 1 else f"{number} students"
