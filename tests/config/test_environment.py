"""A bad setting stops the start with one sentence that names it."""

import pytest

from config import environment as env


@pytest.mark.parametrize("given", ["soon", "0", "121", "nan"])
def test_a_number_out_of_its_bounds_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SWEEP_SECONDS", given)
    with pytest.raises(env.BadSetting, match="SWEEP_SECONDS"):
        env.number("SWEEP_SECONDS", 60, 1, 120)


def test_a_number_within_its_bounds_and_none_at_all_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_SECONDS", " 30 ")
    assert env.number("SWEEP_SECONDS", 60, 1, 120) == 30
    monkeypatch.delenv("SWEEP_SECONDS")
    assert env.number("SWEEP_SECONDS", 60, 1, 120) == 60
