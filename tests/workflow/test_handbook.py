"""The handbook: two languages with the same parts, pictures that journeys make, and pages that show them."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from config.translations import LOCALE
from tests.journeys.pictures import FIRST_RUN, PICTURES
from tests.product import ROOT
from workflow.rules import markdown
from workflow.views import handbook

BOOK = ROOT / "docs" / "handbook"
LANGUAGES = ("zh", "en")
SHOWN = re.compile(r"!\[[^\]]+\]\(\.\./pictures/([a-z-]+)\.(zh|en)\.jpg\)")
HEAVIEST, WIDE = 4 * 1024 * 1024, 1000
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def chapters(language: str) -> list[str]:
    return sorted(path.name for path in (BOOK / language).glob("*.md"))


def shape(path: Path) -> list[str]:
    """What a chapter consists of, without its words: headings, points, rows, pictures, chapters named."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        picture = SHOWN.fullmatch(line)
        if picture:
            found.append(picture[1])
        elif line.startswith(("# ", "## ", "- ")):
            found.append(line.split(" ")[0])
        elif line.startswith("|"):
            found.append(f"row of {line.count('|')}")
        elif re.match(r"\d+\. ", line):
            found.append("1.")
        found += re.findall(r"\]\(([a-z-]+\.md)\)", line)
    return found


def test_both_languages_have_the_same_chapters_in_the_same_order() -> None:
    assert chapters("zh") == chapters("en")
    listed = [name for name, _title in handbook.chapters("zh")]
    assert listed == [name for name, _title in handbook.chapters("en")]
    assert sorted([f"{name}.md" for name in listed] + [handbook.INDEX]) == chapters("zh")


@pytest.mark.parametrize("name", chapters("zh"))
def test_a_chapter_has_the_same_parts_in_both_languages(name: str) -> None:
    assert shape(BOOK / "zh" / name) == shape(BOOK / "en" / name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_made_by_a_journey_and_shown_by_a_chapter(language: str) -> None:
    shown = [
        found for name in chapters(language) for found in SHOWN.findall((BOOK / language / name).read_text("utf-8"))
    ]
    assert {spoken for _picture, spoken in shown} == {language}
    assert {picture for picture, _spoken in shown} == {picture.name for picture in (*PICTURES, FIRST_RUN)}


def test_the_pictures_on_file_are_those_and_light() -> None:
    files = sorted((BOOK / "pictures").iterdir())
    names = [f"{picture.name}.{language}.jpg" for picture in (*PICTURES, FIRST_RUN) for language in LANGUAGES]
    assert [file.name for file in files] == sorted(names)
    assert sum(file.stat().st_size for file in files) < HEAVIEST
    assert {width(file) for file in files} == {WIDE}


def width(jpeg: Path) -> int:
    """From the frame header of a JPEG file."""
    data, at = jpeg.read_bytes(), 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return int(struct.unpack(">HH", data[at + 5 : at + 9])[1])


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_product_shows_every_chapter_and_its_pictures(client: Client, language: str) -> None:
    client.cookies["django_language"] = {"zh": "zh-hans", "en": "en"}[language]
    for name, title in handbook.chapters(language):
        page = client.get(f"/help/{name}/").content.decode()
        assert f"<h1>{title}</h1>" in page or handbook.page(language, f"{name}.md").title in page
        for address in re.findall(r'src="(/static/handbook/[^"]+)"', page):
            answer = client.get(address)
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    index = client.get("/help/").content.decode()
    assert all(f'href="/help/{name}/"' in index for name, _title in handbook.chapters(language))


@pytest.mark.django_db
def test_a_chapter_that_is_not_there_is_not_found_and_nothing_else_of_the_disk_is(client: Client) -> None:
    for address in ("/help/nothing/", "/help/README/", "/help/..%2Fdecisions/", "/static/handbook/../zh/queue.md"):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_quotation_marks_is_what_the_product_says(language: str) -> None:
    shown = " ".join(texts_of_the_product(language)) + " English / 中文"
    for path in [*(BOOK / language).glob("*.md"), BOOK / f"help.{language}.md"]:
        quoted = re.findall("“([^”]+)”", path.read_text("utf-8"))
        assert [words for words in quoted if words.strip("*.,") not in shown] == [], path


def texts_of_the_product(language: str) -> Iterator[str]:
    """Its texts in English, and what the catalogues make of them in Chinese."""
    for po in LOCALE.rglob("zh_Hans/LC_MESSAGES/django.po"):
        with po.open("rb") as source:
            for message in read_po(source, locale="zh_Hans"):
                both = message.string if language == "zh" else message.id
                yield from both if isinstance(both, tuple | list) else (both,)


def test_english_is_english() -> None:
    for path in [*(BOOK / "en").glob("*.md"), BOOK / "help.en.md"]:
        text = re.sub(r"\([^)]*\)|English / 中文", "", path.read_text("utf-8"))  # a term's Chinese stands in brackets
        assert CHINESE.findall(text) == [], path


def test_chinese_is_chinese() -> None:
    for path in [*(BOOK / "zh").glob("*.md"), BOOK / "help.zh.md"]:
        for line in path.read_text("utf-8").splitlines():
            words = re.sub(r"`[^`]*`|\([^)]*\)|^## [a-z_]+$|[|\-: ]+", "", line)
            assert not words or CHINESE.search(words), (path, line)


@pytest.mark.parametrize(
    "wrong",
    [
        "### third level",
        "- a point\nno continuation",
        "| a | b |\n| --- |\n| 1 | 2 |",
        "text ![picture](../pictures/x.zh.jpg) in a line",
        "`code without an end",
        "[elsewhere](https://example.org/)",
    ],
)
def test_what_the_reader_does_not_know_is_an_error(wrong: str) -> None:
    with pytest.raises(ValueError):
        markdown.read(wrong, handbook._link, handbook._picture)


def test_words_are_text_and_never_markup() -> None:
    page = markdown.read("# <b>t</b>\n\n## h\n\n<script>x</script> **bold** `a<b` [x](queue.md)\n", lambda w: "/q", str)
    assert page.title == "<b>t</b>"
    assert page.sections[0].html == (
        '<p>&lt;script&gt;x&lt;/script&gt; <b>bold</b> <code>a&lt;b</code> <a href="/q">x</a></p>'
    )
