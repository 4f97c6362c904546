"""Papers: judged by content, kept with their hash, filed by those whose papers they are, never deleted."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.commands import papers, review
from agreements.models import Paper
from tests.agreements import families
from tests.builders import World
from workflow import errors


@pytest.mark.parametrize(
    ("head", "kind", "extension"),
    [
        (b"%PDF-1.7", "application/pdf", ".pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", ".jpg"),
        (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    ],
)
def test_a_paper_is_known_by_its_content(world: World, head: bytes, kind: str, extension: str) -> None:
    case = families.draft(world)
    sent = SimpleUploadedFile("..\\..\\张三的身份证.exe", head + b"rest", content_type="text/html")
    paper = papers.file(case.pk, actor=world.clerk, type="id_copies", upload=sent, number=" 3 ")
    assert (paper.content_type, paper.size, paper.number) == (kind, len(head) + 4, "3")
    assert paper.sha256 == hashlib.sha256(head + b"rest").hexdigest()
    assert paper.original_name == "张三的身份证.exe" and paper.file.name.endswith(f"{paper.uid}{extension}")
    assert "id_copies" in families.again(case).facts["papers"]


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ%PDF-", b"GIF89a"])
def test_anything_else_is_refused(world: World, content: bytes) -> None:
    case = families.draft(world)
    with pytest.raises(errors.InvalidInput) as caught:
        papers.file(case.pk, actor=world.clerk, type="id_copies", upload=SimpleUploadedFile("a.pdf", content))
    assert caught.value.at == "upload"
    with pytest.raises(errors.InvalidInput):
        papers.file(case.pk, actor=world.clerk, type="id_copies", upload=None)
    assert not Paper.objects.exists()


def test_more_than_20_mb_is_refused(world: World) -> None:
    case = families.draft(world)
    big = SimpleUploadedFile("a.pdf", b"%PDF-")
    big.size = papers.LIMIT + 1
    with pytest.raises(errors.InvalidInput, match="20 MB"):
        papers.file(case.pk, actor=world.clerk, type="id_copies", upload=big)


def test_the_same_key_files_one_paper(world: World) -> None:
    case = families.draft(world)
    made = [
        papers.file(case.pk, actor=world.clerk, type="other", upload=SimpleUploadedFile("a.pdf", families.PDF), key="k")
        for _press in range(2)
    ]
    assert made[0].pk == made[1].pk and Paper.objects.count() == 1
    with pytest.raises(errors.KeyReused):
        papers.file(case.pk, actor=world.clerk, type="other", upload=families.upload(), key="k")


def test_everyone_files_their_own_kinds_only(world: World) -> None:
    case = families.walk(world, families.draft(world), "account_transfer")
    families.paper(case, "excuse_proof", world.police_liaison)
    families.paper(case, "staking_record", world.land_officer)
    families.paper(case, "payment_voucher", world.finance_payer)
    for kind, person in (
        ("inventory_sheet", world.police_liaison),
        ("payment_voucher", world.clerk),
        ("staking_record", world.clerk),
        ("id_copies", world.receiving_town),
        ("other", world.auditor),
    ):
        with pytest.raises(errors.NotAllowed):
            papers.file(case.pk, actor=person, type=kind, upload=families.upload())
    with pytest.raises(errors.NotFound):
        papers.file(case.pk, actor=world.stranger, type="other", upload=families.upload())


def test_a_paper_is_withdrawn_not_deleted_and_not_while_something_rests_on_it(world: World) -> None:
    case = families.draft(world)
    loose, form = families.paper(case, "id_copies", world.clerk), families.paper(case, "wish_form", world.clerk)
    review.record_wish(
        case.pk,
        actor=world.clerk,
        mode="agri_dispersed",
        signed_on="2026-03-01",
        paper_id=form.pk,
        now=families.later(case),
    )
    papers.withdraw(loose.pk, actor=world.clerk, now=families.later(case))
    assert Paper.objects.get(pk=loose.pk).withdrawn_at
    assert "id_copies" not in families.again(case).facts["papers"]
    for paper in (loose, form):
        with pytest.raises(errors.InvalidInput):
            papers.withdraw(paper.pk, actor=world.clerk)


def test_a_wish_needs_a_paper_of_this_agreement_and_of_the_right_kind(world: World) -> None:
    case, other = families.draft(world), families.draft(world)
    wrong = [families.paper(case, "id_copies", world.clerk).pk, families.paper(other, "wish_form", world.clerk).pk]
    for paper_id in [*wrong, "", "abc", 10**9]:
        with pytest.raises(errors.InvalidInput) as caught:
            review.record_wish(
                case.pk, actor=world.clerk, mode="agri_dispersed", signed_on="2026-03-01", paper_id=paper_id
            )
        assert caught.value.at == "paper_id"


def test_an_open_objection_stands_in_the_way_until_it_is_answered_with_a_number(world: World) -> None:
    case = families.walk(world, families.draft(world), "public_notice")
    with pytest.raises(errors.InvalidInput):
        review.object_to(case.pk, actor=world.clerk, topic="面积有误", received_on="2026-03-01")
    photo = families.paper(case, "notice_photo", world.clerk)
    place = {"place": "公示栏", "paper_id": photo.pk, "actor": world.clerk}
    with pytest.raises(errors.InvalidInput):
        review.post_notice(case.pk, posted_on="2026-02-20", ends_on="2026-02-19", **place)
    review.post_notice(case.pk, posted_on="2026-02-20", ends_on="2026-02-27", now=families.later(case), **place)
    objection = review.object_to(
        case.pk, actor=world.clerk, topic="面积有误", received_on="2026-02-21", now=families.later(case)
    )
    assert families.again(case).facts["open_objections"] == 1
    with pytest.raises(errors.InvalidInput):
        review.answer_objection(objection.pk, actor=world.clerk, reply_no="", resolved_on="2026-03-01")
    with pytest.raises(errors.InvalidInput):
        review.answer_objection(objection.pk, actor=world.clerk, reply_no="复1", resolved_on="2026-02-20")
    review.answer_objection(
        objection.pk, actor=world.clerk, reply_no="复〔2026〕1号", resolved_on="2026-03-01", now=families.later(case)
    )
    assert families.again(case).facts["open_objections"] == 0
