"""P28: no field of any form, no query and no address can be filled so that the product answers with an error page."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import NoReverseMatch

from tests import builders
from tests.security import addresses, town, writing
from tests.security.test_matrix import Undo
from tests.security.test_promise_23_forms import send
from tests.security.writing import Form
from tests.security.writing_county import EVERY

pytestmark = pytest.mark.spread
ODD = (
    "长" * 3000,  # longer than any column
    "9999-12-31",  # a day after which there is none
    "\u202e\ufeff𝕏 '\"\\%_{}%s\r\n\t",
    "-1",
    "",
)
NUL = "a\x00b"


def fallen(world: builders.World, wanted: Callable[[int], Iterator[str]]) -> list[tuple[str, str, str]]:
    """(form, field, what was typed) of every POST that an error page answered."""
    s, fell = writing.scene(world), []
    count = 0
    for key, (_who, make) in EVERY.items():
        with suppress(Undo), transaction.atomic():
            form = make(s)
            for name in typed(form):
                count += 1
                for odd in wanted(count):
                    with suppress(Undo), transaction.atomic():
                        if send(s, key, form, form.data | {name: odd}).status_code >= 500:
                            fell.append((key, name, odd[:12]))
                        raise Undo
            raise Undo
    return fell


def typed(form: Form) -> list[str]:
    """The fields of a form that hold text; of a ladder's forty lines the last one."""
    names = [name for name, value in form.data.items() if not isinstance(value, SimpleUploadedFile)]
    return [name for name in names if ":" not in name or name.startswith("ordinary:9")]


def test_an_odd_value_in_any_field_is_refused_or_taken(world: builders.World) -> None:
    """Every third field, each with the next value; `make prove` takes every value in every field."""
    assert fallen(world, lambda count: iter((ODD[count // 3 % len(ODD)],) if count % 3 == 0 else ())) == []


@pytest.mark.prove
def test_every_odd_value_in_every_field_is_refused_or_taken(world: builders.World) -> None:
    assert fallen(world, lambda count: iter((*ODD, NUL))) == []


def test_a_character_the_database_takes_nowhere_is_refused_at_every_address(world: builders.World) -> None:
    place = town.build(world)
    clerk, parts = place.client("clerk"), place.parts
    for address in addresses.every():
        for request in (clerk.get, clerk.post):
            answer = request(address.path(parts), {"x": NUL})
            assert answer.status_code == 422 and "NUL" in answer.content.decode(), (address.name, answer.status_code)
        for part in address.parts:
            with suppress(NoReverseMatch):
                answer = clerk.get(address.path(parts | {part: NUL}))
                assert answer.status_code == 404, (address.name, part)
