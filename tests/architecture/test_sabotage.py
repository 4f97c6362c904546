"""Every promise has a sabotage that still applies, against tests that still exist."""

from pathlib import Path

import pytest

from tests.sabotage.defects import DEFECTS, Defect

ROOT = Path(__file__).resolve().parents[2]
PROMISES = {f"P{number}" for number in range(1, 29)} - {"P17", "P18"}  # there are no such


def test_every_promise_has_a_sabotage() -> None:
    assert PROMISES - {defect.promise for defect in DEFECTS} == set()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.promise}: {defect.what}")
def test_a_sabotage_still_applies_and_its_tests_exist(defect: Defect) -> None:
    assert defect.file or defect.sql
    if defect.file:
        text = (ROOT / defect.file).read_text(encoding="utf-8")
        assert text.count(defect.old) == 1, f"{defect.file} has {text.count(defect.old)} x {defect.old!r}"
        assert defect.new != defect.old
    assert defect.tests
    for test in defect.tests:
        path, _sep, name = test.partition("[")[0].partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), test
