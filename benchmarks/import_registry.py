"""Taking a large registry in: seconds, and the most memory that the command held.

    .venv/bin/python benchmarks/import_registry.py [--rights 1000000] [--folder DIR]

Writes a table of made-up rights in the form of a registry (``csv``), in that of CNIPA (``cnipa``)
and as ST.66 (``st66``), and runs ``markhound registry import`` on each in a process of its own:
first into an empty workspace, then once more, when nothing changes; then ``registry check``.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.registries import make_registry

FORMS = ("csv", "cnipa", "st66")
_MARK = """<TradeMark><RegistrationOfficeCode>DE</RegistrationOfficeCode>
<ApplicationNumber>{number}</ApplicationNumber><ExpiryDate>2036-02-28</ExpiryDate>
<MarkCurrentStatusCode>Registered</MarkCurrentStatusCode>
<WordMarkSpecification><MarkVerbalElementText>{name}</MarkVerbalElementText></WordMarkSpecification>
<GoodsServicesDetails><GoodsServices><ClassDescriptionDetails><ClassDescription>
<ClassNumber>25</ClassNumber><GoodsServicesDescription>clothing; shoes; hats
</GoodsServicesDescription></ClassDescription></ClassDescriptionDetails></GoodsServices>
</GoodsServicesDetails></TradeMark>
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rights", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the files are written; several GB")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    wanted = parser.parse_args()
    print(f"{wanted.rights:,} rights; CPU seconds, and the most memory held")
    with tempfile.TemporaryDirectory(dir=wanted.folder) as name:
        folder = Path(name)
        names = make_registry(wanted.rights)
        for form in wanted.forms:
            path = _write(folder, form, names)
            size = path.stat().st_size / 1e6
            workspace = str(folder / f"w-{form}")
            _run("init", workspace)
            for what in ("empty", "again"):
                told = _measure("registry", "import", str(path), workspace=workspace)
                print(f"{form:<6} {size:6.0f} MB  import, {what:<6} {told}", flush=True)
            told = _measure("registry", "check", workspace=workspace)
            print(f"{form:<6} {'':6}     registry check  {told}", flush=True)


def _write(folder: Path, form: str, names: list[str]) -> Path:
    path = folder / f"rights-{form}.{'xml' if form == 'st66' else 'csv'}"
    with path.open("w", encoding="utf-8", newline="") as file:
        if form == "st66":
            file.write('<?xml version="1.0"?>\n<Transaction>\n')
            for number, name in enumerate(names):
                file.write(_MARK.format(number=number, name=escape(name)))
            file.write("</Transaction>\n")
        else:
            csv.writer(file).writerows(_rows(form, names))
    return path


def _rows(form: str, names: list[str]) -> Iterator[list[str]]:
    if form == "csv":
        yield ["id", "kind", "name", "office", "registration", "classes", "goods", "holder.name"]
        for number, name in enumerate(names):
            goods = "clothing; shoes; 帽"
            yield [f"R-{number}", "trademark", name, "CNIPA", str(number), "25", goods, "Owner Ltd"]
        return
    yield ["注册号", "商标名称", "国际分类", "申请人", "专用权期限", "商标状态", "商品/服务"]
    for number, name in enumerate(names):
        term = "2022-06-07至2032-06-06"
        yield [str(number), name, "25", "某某有限公司", term, "已注册", "服装；鞋；帽"]


def _run(command: str, workspace: str) -> None:
    subprocess.run(_command(command, workspace=workspace), check=True, capture_output=True)


def _command(*words: str, workspace: str) -> list[str]:
    program = str(Path(sys.executable).parent / "markhound")
    return [program, "--workspace", workspace, *words]


def _measure(*words: str, workspace: str) -> str:
    started = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(
        _command(*words, workspace=workspace), stderr=subprocess.PIPE, text=True
    ) as process:
        said = process.communicate()[1]
        most = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(said)
    seconds = most.ru_utime + most.ru_stime - before.ru_utime - before.ru_stime
    last = said.strip().splitlines()[-1]
    waited = time.monotonic() - started
    return f"{seconds:6.0f} s (waited {waited:.0f}), {most.ru_maxrss / 1000:5.0f} MB: {last}"


if __name__ == "__main__":
    main()
