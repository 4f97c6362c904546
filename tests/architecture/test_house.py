"""The house rules that a program can check (design.md, style.md)."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from config import catalogues

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "workflow", "agreements", "notifications")
PRODUCT = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "C_FORCE_ROOT"}  # of Django and of Celery
# a message, a tag or an attribute of a template, with no more around it than what has to touch it
ONE_TOKEN = re.compile(
    r"""(<\w+>|>)*(\{%\ blocktrans((?!endblocktrans).)*endblocktrans\ %\}|\{%[^%]*%\}
    |[\w:-]+=("(\{%[^%]*%\}|\{\{[^}]*\}\}|[^"{])*"|'[^']*'))(</\w+>?|>|\ <\w+)*""",
    re.X,
)
CLOCK = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|datetime\.today\(|time\.time\(|localdate\(")


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    long = {str(path): n for path in PRODUCT if (n := len(path.read_text().splitlines())) > 300}
    assert long == {}


def test_no_function_is_longer_than_50_lines_and_half_are_under_9() -> None:
    lengths = {f"{path}:{node.name}": _length(node) for path in PRODUCT for node in _functions(path)}
    assert {name: n for name, n in lengths.items() if n > 50} == {}
    assert statistics.median(lengths.values()) < 9


def test_one_module_reads_the_clock() -> None:
    found = [str(p) for p in PRODUCT if CLOCK.search(p.read_text()) and p.name != "clock.py"]
    assert found == []


def test_celery_is_imported_in_tasks_and_config_celery_only() -> None:
    allowed = {"tasks.py", "celery.py"}
    wrong = [
        str(p)
        for p in PRODUCT
        if re.search(r"^\s*(from|import) celery\b", p.read_text(), re.M) and p.name not in allowed
    ]
    assert wrong == []


def test_every_setting_that_differs_between_places_is_documented() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    read = re.compile(r"""env(?:iron)?(?:\.\w+)?[\[(]\s*"([A-Z][A-Z_]+)\"""")
    asked = {name for path in PRODUCT if path.parts[-2:] != ("config", "environment.py") for name in names(read, path)}
    assert {"DATABASE_URL", "NOTIFY_DAILY_CAP", "SWEEP_SECONDS"} <= asked
    assert {name for name in asked - NOT_SETTINGS if not re.search(rf"\b{name}\b", told)} == set()


def names(wanted: re.Pattern[str], path: Path) -> set[str]:
    """What the pattern's group finds in a file."""
    return set(wanted.findall(path.read_text(encoding="utf-8")))


def test_every_command_is_documented() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    ours = {path.stem for path in PRODUCT if path.parts[-2] == "commands" and path.parts[-3] == "management"}
    assert {name for name in ours - {"__init__"} if not re.search(rf"\b{name}\b", told)} == set()


def test_no_import_inside_a_function() -> None:
    found = [
        f"{path}:{node.name}"
        for path in PRODUCT
        if path.name != "apps.py"
        for node in _functions(path)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    assert found == []


def test_only_the_machinery_of_commands_locks_a_case() -> None:
    locks = re.compile(r"(Case|Agreement)\.objects[^\n]*select_for_update|workflow_case\b[^;\x22]*FOR (NO KEY )?UPDATE")
    assert [p.name for p in PRODUCT if locks.search(p.read_text())] == ["change.py", "reading.py"]


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry.callback


def test_every_address_declares_who_may_open_it() -> None:
    found = dict(_views(get_resolver().url_patterns))
    assert len(found) > 30
    assert [path for path, view in found.items() if not getattr(view, "policy", "")] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_has_its_chinese(room: str) -> None:
    assert catalogues.missing(room) == []


def test_extraction_sees_code_templates_and_docstrings() -> None:
    found = catalogues.texts("workflow")
    assert {"My queue", "Approved.", "Your posting does not allow this."} <= found


def _tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_templates_can_be_read_and_compared_line_by_line() -> None:
    texts = {path: path.read_text(encoding="utf-8").splitlines() for path in _tracked() if path.suffix == ".html"}
    assert len(texts) > 100
    assert {str(path): len(lines) for path, lines in texts.items() if len(lines) > 300} == {}
    long = {f"{path}:{n}": line for path, lines in texts.items() for n, line in enumerate(lines, 1) if len(line) > 140}
    assert {place: line for place, line in long.items() if not ONE_TOKEN.fullmatch(line.strip())} == {}
    assert not ONE_TOKEN.fullmatch('<p class="a">{% trans "b" %}</p>') and not ONE_TOKEN.fullmatch('id="a" class="b"')


def test_nothing_loads_from_another_host() -> None:
    allowed = re.compile(
        r"https?://(www\.w3\.org/|127\.0\.0\.1|localhost|\{|%s|schemas\.|opensource\.org|www\.apache\.org)"
    )
    served = [p for p in _tracked() if p.suffix in (".html", ".js", ".css", ".svg") and "tests" not in p.parts]
    assert len(served) > 10
    foreign = [
        f"{p}: {m}" for p in served for m in re.findall(r"https?://[^\s\"'<)]+", p.read_text()) if not allowed.match(m)
    ]
    assert foreign == []


def test_no_machine_path_and_no_address_in_the_lock_files() -> None:
    texts = {
        p: p.read_text(errors="ignore") for p in _tracked() if p.suffix in (".py", ".txt", ".toml", ".md", ".in", "")
    }
    home = re.compile(r"/(root|home/\w+)/|/work/main")
    assert [str(p) for p, text in texts.items() if home.search(text) and p.name != "test_house.py"] == []
    locks = [p for p in texts if p.name.startswith("requirements")]
    assert locks and [str(p) for p in locks if "://" in texts[p]] == []


@pytest.mark.parametrize("command", [["lint-imports"], ["ruff", "check", "."], ["ruff", "format", "--check", "."]])
def test_tools_agree(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([str(tool), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
