"""P21, P22: masks by type, ciphertext bound to its row, a keyed index."""

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import privacy
from agreements.rules import identity

NUMBER = "11010519491231002X"  # the standard's own example


def test_the_standards_examples_have_valid_check_digits() -> None:
    for number in (NUMBER, "440524188001010014"):
        assert identity.check_digit(number[:17]) == number[17]


def test_masks_keep_first_six_and_last_four() -> None:
    assert privacy.mask_id(NUMBER) == "110105********002X"
    assert privacy.mask_phone("13812341234") == "138****1234"
    assert privacy.mask_account("6222020200012345") == "**** 2345"


@pytest.mark.parametrize("show", [str, repr, json.dumps, "{}".format, lambda m: str(copy.copy(m)), pickle.dumps])
def test_a_masked_number_never_shows_itself(show: object) -> None:
    masked = privacy.Masked(NUMBER, privacy.mask_id(NUMBER))
    assert NUMBER not in str(show(masked))  # type: ignore[operator]
    assert masked.reveal() == NUMBER


def test_a_ciphertext_moved_to_another_row_is_refused() -> None:
    token = privacy.encrypt(NUMBER, "row-1")
    assert privacy.decrypt(token, "row-1") == NUMBER
    with pytest.raises(privacy.Moved):
        privacy.decrypt(token, "row-2")
    assert NUMBER not in token


def test_equal_numbers_have_different_ciphertexts_and_equal_indexes() -> None:
    assert privacy.encrypt(NUMBER, "r") != privacy.encrypt(NUMBER, "r")
    assert privacy.blind_index(NUMBER) == privacy.blind_index(NUMBER.lower())


@given(st.text(max_size=200), st.text(min_size=1, max_size=40))
def test_whatever_is_encrypted_comes_back(text: str, context: str) -> None:
    encodable = text.encode("utf-8", "ignore").decode()
    bound = context.encode("utf-8", "ignore").decode()
    assert privacy.decrypt(privacy.encrypt(encodable, bound), bound) == encodable
