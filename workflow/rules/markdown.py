"""The few marks of Markdown the handbook is written in, as HTML. Pure; anything else is an error, not a guess.

Known: `# title`, `## section`, paragraphs, `- ` and `1. ` lists, tables, `![words](picture)` on a line of its own, and
in a line **bold**, `code` and [words](address). Raw HTML is shown as text.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Address = Callable[[str], str]
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
LISTS = {"- ": "ul", "1. ": "ol"}


@dataclass(frozen=True)
class Section:
    """One heading and what stands under it, as HTML; the part before the first heading has none."""

    heading: str
    html: str


@dataclass(frozen=True)
class Page:
    """A title and its sections."""

    title: str
    sections: tuple[Section, ...]


def read(text: str, link: Address, picture: Address) -> Page:
    """A whole page; `link` and `picture` turn what is written in the brackets into an address."""
    title, parts = "", [("", [])]  # type: tuple[str, list[tuple[str, list[str]]]]
    for block in _blocks(text):
        if block[0].startswith("# "):
            title = block[0][2:]
        elif block[0].startswith("## "):
            parts.append((block[0][3:], []))
        else:
            parts[-1][1].append(_block(block, link, picture))
    return Page(title, tuple(Section(heading, "\n".join(done)) for heading, done in parts if heading or done))


def _blocks(text: str) -> Iterator[list[str]]:
    """Lines that belong together: headings alone, everything else up to an empty line."""
    gathered: list[str] = []
    for line in [*text.splitlines(), ""]:
        heading = line.startswith("#")
        if gathered and (heading or not line.strip()):
            yield gathered
            gathered = []
        if heading:
            if not line.startswith(("# ", "## ")):
                raise ValueError(f"a heading of the third level or without a space: {line}")
            yield [line]
        elif line.strip():
            gathered.append(line)


def _block(lines: list[str], link: Address, picture: Address) -> str:
    first = lines[0]
    shown = PICTURE.fullmatch(first)
    if shown and len(lines) == 1:
        words = html.escape(shown[1])
        return f'<p class="shot"><img src="{html.escape(picture(shown[2]))}" alt="{words}" loading="lazy"></p>'
    if first.startswith("|"):
        return _table(lines, link)
    for mark, tag in LISTS.items():
        if first.startswith(mark):
            return f"<{tag}>{''.join(f'<li>{inline(item, link)}</li>' for item in _items(lines, mark))}</{tag}>"
    return f"<p>{inline(' '.join(lines), link)}</p>"


def _items(lines: list[str], mark: str) -> list[str]:
    """Points of a list; a line that starts with two spaces goes on with the point before."""
    found: list[str] = []
    number = re.compile(r"\d+\. ")
    for line in lines:
        marked = line.startswith("- ") if mark == "- " else bool(number.match(line))
        if marked:
            found.append(line[2:] if mark == "- " else number.sub("", line, count=1))
        elif line.startswith("  ") and found:
            found[-1] += " " + line.strip()
        else:
            raise ValueError(f"neither a point of the list nor its continuation: {line}")
    return found


def _table(lines: list[str], link: Address) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head, rule, *body = rows
    if any(set(cell) - set("-: ") for cell in rule) or any(len(row) != len(head) for row in rows):
        raise ValueError(f"a table without its rule, or with a row of another length: {lines[0]}")
    top = "".join(f'<th scope="col">{inline(cell, link)}</th>' for cell in head)
    rest = "".join("<tr>" + _cells(head, row, link) + "</tr>" for row in body)
    return (
        f'<div class="scroll"><table class="t1 cards"><thead><tr>{top}</tr></thead><tbody>{rest}</tbody></table></div>'
    )


def _cells(head: list[str], row: list[str], link: Address) -> str:
    labels = [html.escape(name.replace("**", "")) for name in head]
    pairs = zip(labels, row, strict=True)
    return "".join(f'<td data-label="{label}"><span>{inline(cell, link)}</span></td>' for label, cell in pairs)


def inline(text: str, link: Address) -> str:
    """Bold, code and links of one line; everything else is text."""
    if PICTURE.search(text):
        raise ValueError(f"a picture stands on a line of its own: {text}")
    parts = text.split("`")
    if len(parts) % 2 == 0:
        raise ValueError(f"code that does not end: {text}")
    return "".join(f"<code>{html.escape(p)}</code>" if i % 2 else _words(p, link) for i, p in enumerate(parts))


def _words(text: str, link: Address) -> str:
    def anchor(found: re.Match[str]) -> str:
        return f'<a href="{html.escape(link(html.unescape(found[2])))}">{found[1]}</a>'

    plain = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
    return LINK.sub(anchor, plain)
