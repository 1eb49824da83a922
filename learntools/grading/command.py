"""`learntools course …` and `learntools grade …`: what they say while they work."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from learntools.grading import GradingError, sandbox
from learntools.grading.course import Course, create, read_roster
from learntools.grading.one import NOT_HANDED_IN, Graded, nothing


def new(folder: Path, lessons: list[str], db: str, roster: Path | None) -> None:
    """Make a course, and enter its students where a roster is given."""
    students = _read(roster) if roster is not None else []
    made = create(folder, lessons, db)
    for path in made:
        print(f"  {path.relative_to(folder.resolve())}")
    if students:
        from learntools.grading.book import enroll

        print(f"  {enroll(Course(folder), students)} students in the gradebook")
    first = made[0].stem
    print(f"\nNext: cd {folder} && nbgrader generate_assignment {first}")
    print(f"Then give release/{first}/ to your class, and put what comes back into submitted/STUDENT/{first}/.")
    print(f"Then: learntools grade . {first}")


def roster(folder: Path, path: Path) -> None:
    """Enter students into a course's gradebook."""
    from learntools.grading.book import enroll

    students = _read(path)
    print(f"{len(students)} read, {enroll(Course(folder), students)} students in the gradebook now")


def _read(path: Path) -> list[dict[str, str]]:
    try:
        return read_roster(path.read_bytes())
    except OSError as error:
        raise GradingError(f"The roster {path} cannot be read: {error.strerror}.") from None


def grade(folder: Path, lesson: str, workers: int, scheduler: str, resume: bool) -> bool:
    """Grade a class; whether every submission could be judged."""
    from tqdm import tqdm

    from learntools.grading import book, report
    from learntools.grading.cluster import grade_all

    start = time.perf_counter()
    course = Course(folder)
    stem = course.stem(lesson)
    key = course.key(stem)
    students = course.students(stem)
    if not students:
        raise GradingError(f"Nothing has been handed in: there is no {course.folder / 'submitted'}/STUDENT/{stem}/.")
    if not scheduler and not sandbox.available():
        print(f"Note: {sandbox.WARNING}", file=sys.stderr)
    results: dict[str, Graded] = {}
    kept = 0
    with tqdm(total=len(students), unit="student", disable=not sys.stderr.isatty()) as bar:
        for student, result, known in grade_all(course, stem, workers=workers, scheduler=scheduler, resume=resume):
            results[student] = result
            kept += known
            bar.update()
    book.write(course, stem, results)
    for student in sorted(set(book.enrolled(course)) - set(results)):
        results[student] = nothing(key, NOT_HANDED_IN, "There is no submission.")
    made = report.write(course.folder / "grades" / stem, results, key)
    print(report.table(results, key))
    print()
    print(report.summary(results, key))
    again = f", {kept} of them kept from the run before" if kept else ""
    print(f"\n{len(students)} submissions in {time.perf_counter() - start:.1f} s{again}")
    print(" · ".join(str(path.relative_to(course.folder)) for path in made))
    return all(result.state != "our fault" for result in results.values())
