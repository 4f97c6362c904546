"""Runs every sabotage in a copy of this checkout: `python -m tests.sabotage.run [P1 ...] [--write]`.

First the named tests without any defect (they must be green), then each defect (each of its tests must turn red).
`--write` puts the table into docs/proof.md. Exit 1 when a test stays green.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.sabotage.defects import DEFECTS, Defect

ROOT = Path(__file__).resolve().parents[2]
HOOK = ("tests/conftest.py", "        upgrade()\n")
BEGIN, END = "<!-- sabotage: written by `make sabotage` -->", "<!-- /sabotage -->"


def tracked() -> list[str]:
    """Every file of the checkout, uncommitted ones included."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file() and not name.startswith(".venv")]


def copy_to(place: Path) -> None:
    """A checkout of its own, so that a defect never touches the real one."""
    for name in tracked():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)


def spoil(place: Path, defect: Defect) -> None:
    """Apply a defect to a copy."""
    if defect.file:
        replace(place / defect.file, defect.old, defect.new)
    if defect.sql:
        name, call = HOOK
        run = f"{call}        connections['owner'].cursor().execute({defect.sql!r})\n"
        replace(place / name, call, run)


def replace(path: Path, old: str, new: str) -> None:
    """Exactly one place; anything else means the list is out of date."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{path}: expected exactly one {old!r}, found {text.count(old)}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def verdicts(place: Path, tests: Iterable[str]) -> dict[str, str]:
    """Run these tests in a copy; node id -> red (a failure in the test itself), green, or what else happened."""
    wanted = list(dict.fromkeys(tests))
    report = place / "report.xml"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(place)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("VAR", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *wanted]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    found: dict[str, set[str]] = {node: set() for node in wanted}
    for case in ET.parse(report).iter("testcase") if report.exists() else ():
        name = case.get("classname", "").replace(".", "/") + ".py::" + case.get("name", "")
        for node in {name, name.split("[")[0]} & set(found):  # one case of a table, or all of them
            found[node].add(result_of(case))
    if not any(found.values()):
        raise SystemExit(f"no test ran:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return {node: summary(seen) for node, seen in found.items()}


def result_of(case: ET.Element) -> str:
    """What happened to one test case of the report."""
    if case.find("failure") is not None:
        return "red"
    return "error" if case.find("error") is not None else "green"


def summary(seen: set[str]) -> str:
    """One failure among a test's parameters is enough; an error of a fixture proves nothing."""
    for word in ("red", "error", "green"):
        if word in seen:
            return word
    return "did not run"


def one(defect: Defect) -> dict[str, str]:
    """Copy, spoil, run, throw away."""
    with tempfile.TemporaryDirectory(prefix="resettlement-sabotage-") as name:
        copy_to(Path(name))
        spoil(Path(name), defect)
        return verdicts(Path(name), defect.tests)


def control(defects: Sequence[Defect]) -> list[str]:
    """Tests that are not green without any defect."""
    with tempfile.TemporaryDirectory(prefix="resettlement-sabotage-") as name:
        copy_to(Path(name))
        found = verdicts(Path(name), [test for defect in defects for test in defect.tests])
    return [f"{test}: {word} without any defect" for test, word in found.items() if word != "green"]


def table(rows: Iterable[tuple[Defect, dict[str, str]]]) -> str:
    """The table of docs/proof.md."""
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [f"Run on {datetime.now(UTC):%Y-%m-%d} ({where}).", ""]
    lines += ["| promise | sabotage | test | turns |", "| --- | --- | --- | --- |"]
    for defect, found in rows:
        for test, word in found.items():
            path, _sep, name = test.partition("::")
            lines.append(
                f"| {defect.promise} | {defect.what} | `{Path(path).name}`: {name.replace('_', ' ')} | {word} |"
            )
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table between its marks in docs/proof.md."""
    page = ROOT / "docs/proof.md"
    before, _sep, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Everything, or the promises named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("promises", nargs="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))  # each has its own servers
    given = parser.parse_args()
    chosen = [defect for defect in DEFECTS if not given.promises or defect.promise in given.promises]
    bad = control(chosen)
    rows = []
    with ThreadPoolExecutor(given.jobs) as several:
        for defect, found in zip(chosen, several.map(one, chosen if not bad else ()), strict=not bad):
            rows.append((defect, found))
            for test, word in found.items():
                print(f"{defect.promise:4} {word:6} {defect.what} <- {test}", flush=True)
                if word != "red":
                    bad.append(f"{test} stays {word} although {defect.what}")
    if given.write and not bad:
        write(table(rows))
    print("\n".join(bad) or f"{len(rows)} sabotages, every test turned red.")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
