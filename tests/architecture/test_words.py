"""No word reaches a person untranslated: templates, Python, scripts and catalogues are read for what was forgotten."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from config import catalogues
from config.translations import LOCALE

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("workflow", "agreements", "notifications")
CHINESE = re.compile(r"[\u3001\u3002\u4e00-\u9fff\uff08\uff09\uff0c\uff1a]")
WORD = re.compile(r"[A-Za-z]{2,}|" + CHINESE.pattern)
SPOKEN = ("title", "aria-label", "placeholder", "alt", "label", "data-label", "data-confirm", "data-failed", "summary")
MARKED = re.compile(r"\{%\s*(blocktrans|blocktranslate|comment)\b.*?%\}.*?\{%\s*end\1\s*%\}", re.S)
CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
HERE = re.compile(r"\{% block here %\}.*?\{% endblock %\}")  # an address, for the language switch
# names that are the same in every language: of the languages themselves, formats, keys, a hash
NAMES = {"中文English", "中文", "English", "YAML", "BPMN", "Shift+E", "SHA-256"}
GETTEXT = {"_", "_l", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext"}
SAYING = {"success", "info", "warning", "error"}
LABELS = {"label", "help_text", "placeholder", "title", "empty_label", "hint", "verbose_name"}
REFUSED = {"field", "expected"}
CODES = {"arrived, again, drop", "xlsx, csv"}
# data, not interface: how Chinese is read and written, names in the register, the columns of a county's own files
CHINESE_DATA = {
    "workflow/rules/filed.py",
    "workflow/rules/explain.py",
    "workflow/rules/routeedit.py",
    "workflow/models/supervision.py",
    "workflow/commands/calendar.py",
    "workflow/commands/county_calendar.py",
    "workflow/views/routeforms.py",
    "agreements/rules/notation.py",
    "agreements/rules/expiry.py",
    "agreements/workbook/reader.py",
    "agreements/workbook/sheets.py",
    "agreements/workbook/checks.py",
    "agreements/commands/programmes.py",
    "agreements/commands/agreements.py",
}


class Heard(HTMLParser):
    """Collects what a reader would see or hear of a template once everything translated or filled in is taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("kbd", "script", "style", "code"):
            self.inside.append(tag)
        self.found += [value for name, value in attrs if name in SPOKEN and value and WORD.search(value)]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and WORD.search(data):
            self.found.append(data.strip())


def untranslated(template: str) -> list[str]:
    heard = Heard()
    heard.feed(CODE.sub("", MARKED.sub("", HERE.sub("", template))))
    return [words for words in heard.found if words.strip() not in NAMES]


def files(room: str, pattern: str) -> list[Path]:
    return [path for path in sorted((ROOT / room).rglob(pattern)) if not {"migrations", "sample"} & set(path.parts)]


@pytest.mark.parametrize("room", ROOMS)
def test_no_template_speaks_by_itself(room: str) -> None:
    found = {str(path.relative_to(ROOT)): untranslated(path.read_text("utf-8")) for path in files(room, "*.html")}
    assert len(found) > 1
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "<p>Hello there</p>",
        '<a title="Next page">{{ n }}</a>',
        '<input placeholder="姓名">',
        "<b>{% if x %}待办{% endif %}</b>",
        '<td data-label="Due">{{ d }}</td>',
        "{{ a }}、{{ b }}",
    ],
)
def test_the_reader_of_templates_sees_a_forgotten_word(wrong: str) -> None:
    assert untranslated(wrong)


def test_the_reader_of_templates_lets_translated_words_pass() -> None:
    right = (
        "{% load i18n %}<p title=\"{% trans 'Due' %}\">{% blocktrans with n=n %}{{ n }} days{% endblocktrans %}</p>"
        "<kbd>Esc</kbd>{# a remark #}{% trans 'Next' %} · {{ name }}"
    )
    assert untranslated(right) == []


def bare(node: ast.expr) -> bool:
    """A text written on the spot: a constant with words, put together or not, and not handed to gettext."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[a-z]{2,}|" + CHINESE.pattern, node.value))
    if isinstance(node, ast.JoinedStr):
        return any(bare(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return bare(node.left) or bare(node.right) if isinstance(node.op, ast.Add) else bare(node.left)
    if isinstance(node, ast.IfExp):
        return bare(node.body) or bare(node.orelse)
    return False


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def spoken(node: ast.Call) -> list[ast.expr]:
    """What this call will show somebody. A refusal may name the codes it expects: only programs send others."""
    name, texts = called(node), [word.value for word in node.keywords if word.arg in LABELS]
    if name in SAYING and ast.unparse(node.func).startswith("messages."):
        texts += node.args[1:2]
    if name == "ValidationError":
        texts += node.args[:1]
    if name == "InvalidInput":
        refused = [word.value for word in node.keywords if word.arg in REFUSED]
        texts += [text for text in refused if not (isinstance(text, ast.Constant) and text.value in CODES)]
    return texts


def said(path: Path) -> Iterator[str]:
    """Texts given to messages, refusals, forms and labels without gettext."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield from (f"{path}:{text.lineno} {ast.unparse(text)}" for text in spoken(node) if bare(text))


@pytest.mark.parametrize(
    "wrong",
    [
        'messages.success(request, "Saved.")',
        'messages.error(request, f"{n} failed")',
        'errors.InvalidInput(field=_("Day"), expected="a date")',
        'errors.InvalidInput(field="until", expected=_("a date"))',
        'errors.InvalidInput(field="verb", expected=", ".join(VERBS))',
        'forms.CharField(label="Name")',
        'ValidationError("too long %s" % n)',
    ],
)
def test_the_reader_of_code_sees_a_forgotten_word(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(wrong)
    assert list(said(tmp_path / "module.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_no_message_refusal_or_label_of_the_code_is_untranslated(room: str) -> None:
    assert [line for path in files(room, "*.py") for line in said(path)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_stands_in_catalogues_not_in_code(room: str) -> None:
    found, known = {}, catalogues.translated()
    for path in files(room, "*.py"):
        name = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text("utf-8"))
        words = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        docs = {
            ast.get_docstring(n, clean=False)
            for n in ast.walk(tree)
            if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        own = [word for word in words if CHINESE.search(word) and word not in docs]
        # an English text may quote a Chinese word
        if name not in CHINESE_DATA and set(own) - known:
            found[name] = sorted(set(own) - known)
    assert found == {}


def test_scripts_of_the_pages_say_nothing_by_themselves() -> None:
    shown = re.compile(r"(?:textContent|innerText|title|placeholder)\s*=\s*[\"'][^\"']*[A-Za-z]{2,}|confirm\(\s*[\"']")
    scripts = [path for room in ROOMS for path in files(room, "*.js")]
    assert len(scripts) > 5
    for path in scripts:
        text = re.sub(r"//[^\n]*", "", path.read_text("utf-8"))
        assert not CHINESE.search(text) and not shown.search(text), path


def test_the_chinese_catalogue_is_whole_and_fits() -> None:
    for po in sorted(LOCALE.rglob("zh_Hans/LC_MESSAGES/django.po")):
        with po.open("rb") as source:
            catalogue = read_po(source, locale="zh_Hans")
        for message in (message for message in catalogue if message.id):
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            words = message.string if isinstance(message.string, tuple | list) else (message.string,)
            assert not message.fuzzy and all(words), (po, ids[0])
            for text in words:
                assert set(re.findall(r"%\(\w+\)[sd]", text)) <= set(re.findall(r"%\(\w+\)[sd]", "".join(ids))), ids[0]
                assert not re.search(r"%\(\w+\)[sd]", ids[0]) or "%(" in text or len(ids) > 1, ids[0]


# one notion, one word (workflow/README.md, from domain.md's glossary): what is not said, but for the texts named
OTHER_WORDS = {
    "超期": "逾期",
    "步骤": "环节",
    "环节组": "环节",
    "撤销": "拿回, of a decision; 取消 of a question",
    "收回": "拿回",
}
WITHDRAW = re.compile(r"withdraw|End or reopen", re.I)


@pytest.mark.parametrize("po", sorted(LOCALE.rglob("zh_Hans/LC_MESSAGES/django.po")), ids=lambda po: po.parts[-4])
def test_one_notion_has_one_chinese_word_and_one_text_one_translation(po: Path) -> None:
    with po.open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans")
    told = {
        word: text for message in catalogue for text in as_list(message.string) for word in OTHER_WORDS if word in text
    }
    assert told == {}
    withdrawn = [m.id for m in catalogue if m.id and "撤回" in "".join(as_list(m.string))]
    assert [text for text in withdrawn if not WITHDRAW.search("".join(as_list(text)))] == []
    # the reader of catalogues keeps the first of two, and nobody sees that the other is never shown
    heads = re.findall(r"^(?:msgctxt .*\n)?msgid .*\n(?:\".*\n)*", po.read_text("utf-8"), re.M)
    assert [head for head, n in Counter(heads).items() if n > 1] == []


def as_list(text: str | list[str] | tuple[str, ...]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_english_texts_are_english() -> None:
    """The msgid is what an English reader sees; a quoted term or a column of a Chinese file stands there on purpose."""
    quoted = re.compile(r"[(“][^)”]*[)”]|日期|类型|上班|放假|同国家|依据|名称|是|否|督办单|年|月|日")
    for room in ROOMS:
        for text in catalogues.texts(room):
            assert not CHINESE.search(quoted.sub("", text)), text
