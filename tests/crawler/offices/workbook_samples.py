"""Workbooks as people keep tables of CNIPA in them, with pictures in cells; invented marks."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.drawing.image import Image

from tests.crawler.offices import samples

HEADS = (
    *("序号", "注册号", "商标名称", "类别", "申请人"),
    *("专用权期限", "商品/服务", "状态", "商标图样"),
)
TERM, WIDE = "2022年6月7日至2032年6月6日", "２０２４年３月１日至２０３４年２月２８日"
ROWS = (
    (1, 61000001, "青瓷坊", "第二十一类", "青瓷坊有限公司", TERM, "瓷器；茶具", "已注册"),
    (2, "６１０００００２", "云雀", "９；３８", "云雀科技有限公司", WIDE, "软件", "已注册"),
    (3, 61000003.0, "图形", 25, "某公司", date(2031, 5, 28), "服装", "注册", "logos/3.png"),
    (4, "61000004", "山雀", 25, "某公司", "长期", "服装", "注册", "https://x.example/4.png"),
    (None, " "),
)
IN_CELL = '=DISPIMG("ID_0F2A",1)'
CELL_IMAGES = (
    '<?xml version="1.0" encoding="UTF-8"?><etc:cellImages xmlns:etc="http://www.wps.cn/etCustomData"'
    ' xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><etc:cellImage>'
    '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="ID_0F2A"/></xdr:nvPicPr><xdr:blipFill>'
    '<a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>'
)
CELL_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="media/wps.png" Type="http://x.example/image"/>'
    "</Relationships>"
)


def cnipa_book(path: Path) -> Path:
    """Write a workbook of two sheets: notes, and a table below its title."""
    book = Workbook()
    notes = book.active
    notes.title = "说明"
    notes.append(["本表由企业自行填写"])
    table = book.create_sheet("商标清单")
    table.append(["甲公司商标清单（2026年）"])
    table.append([])
    table.append(HEADS)
    for row in ROWS:
        table.append(row)
    table["I5"] = IN_CELL
    table["I5"].data_type = "s"  # its last value, as WPS writes it, and no formula to compute
    picture = Image(io.BytesIO(samples.png(9)))
    picture.anchor = "I4"
    table.add_image(picture)
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/cellimages.xml", CELL_IMAGES)
        archive.writestr("xl/_rels/cellimages.xml.rels", CELL_LINKS)
        archive.writestr("xl/media/wps.png", samples.png(10))
    return path
