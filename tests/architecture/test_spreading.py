"""Which tests go to one worker together; how it went wrong unseen is told in tests/spreading.py."""

from tests.spreading import unit_of_work

WHOLE, SPREAD = "tests/journeys/test_work.py", "tests/journeys/test_every_page.py"


def test_a_file_is_one_worker_s_unless_its_tests_may_be_spread() -> None:
    assert {unit_of_work(f"{WHOLE}::{test}") for test in ("test_one", "test_two[a::b]")} == {WHOLE}
    alone = [f"{SPREAD}::{test}" for test in ("test_one", "test_two[a::b]")]
    assert [unit_of_work(test) for test in alone] == alone
