"""WIPO ST.66 and ST.96, and what is made from them: TM-XML of offices, EUIPO's open data, TSDR.

Sources: WIPO Standards ST.66 (``Transaction`` / ``TradeMark``, namespace
``http://www.wipo.int/standards/XMLSchema/trademarks``) and ST.96 (``TrademarkTransaction`` /
``Trademark``, namespaces ``.../ST96/Trademark`` and ``.../ST96/Common``), EUIPO's open-data files,
which have ST.66's elements in a namespace of their own, and USPTO's TSDR, which answers in both.
Elements are found by local name: the versions differ in namespaces far more than in names.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import PurePosixPath

from crawler.offices.drafts import SUFFIXES, Draft, address_of, first_language, id_of_kind
from crawler.offices.record import Record
from crawler.offices.values import parse_office
from crawler.offices.xml_records import Element

LANGUAGES = {"en": 0, "zh": 1}
"""In which goods are kept where a register has them in many."""
DELETED = "deleted"
"""Status of what an office's update takes out of its register."""

_NAMES = (
    "OrganizationName/OrganizationStandardName",
    "OrganizationStandardName",
    "OrganizationName",
    "EntityName",
    "PersonFullName",
    "FreeFormatNameLine",
)
_ADDRESS = (
    *("AddressLineText", "AddressLine", "FreeFormatAddressLine"),
    *("AddressBuilding", "AddressStreet", "AddressCity", "CityName", "AddressState"),
    *("GeographicRegionName", "AddressPostcode", "PostalCode"),
)
_COUNTRIES = ("FormattedAddressCountryCode", "AddressCountryCode", "CountryCode")
_PRODUCTS = (
    *("DesignTitle", "DesignTitleText", "ProductTitle", "ProductTitleText"),
    *("ProductDescription", "ProductDescriptionText", "ProductIndicationText"),
)
_VIEWS = ("DesignRepresentationSheet", "View", "ViewImage", "DesignImage")
_INDICATIONS = (
    *("GeographicalIndicationName", "GeographicalIndicationNameText"),
    *("GeographicalIndicationTransliteration", "GeographicalIndicationTransliterationText"),
)
_CONTACTS = (
    ("email", ("Email", "EmailAddressText")),
    ("phone", ("Phone", "PhoneNumber")),
    ("website", ("URL", "WebsiteAddress", "WebURI")),
)


def draft_st66(element: Element) -> Draft:
    """Read a ``TradeMark`` of ST.66, EUIPO's included."""
    record = Record(element)
    draft = _draft(record, element)
    draft.application = record.text("ApplicationNumber")
    draft.names = record.texts("WordMarkSpecification/MarkVerbalElementText")
    draft.names += record.texts("WordMarkSpecification/MarkSignificantVerbalElementText")
    draft.names += record.texts("WordMarkSpecification/MarkTransliteration")
    _read_holder(record, draft, ("HolderDetails/Holder", "ApplicantDetails/Applicant"))
    for image in record.elements("MarkImageDetails/MarkImage"):
        _read_image(record, draft, image)
    draft.classes = record.texts("GoodsServicesDetails//ClassDescription/ClassNumber")
    _read_goods(record, draft, "GoodsServicesDetails//GoodsServicesDescription")
    designations = "DesignationDetails//DesignatedCountry"
    draft.jurisdictions = record.texts(f"{designations}/DesignatedCountryCode")
    return _done(record, draft)


def draft_st96(element: Element) -> Draft:
    """Read a ``Trademark`` of ST.96."""
    record = Record(element)
    draft = _draft(record, element)
    draft.application = record.text("ApplicationNumber/ApplicationNumberText")
    draft.office = draft.office or parse_office(record.text("ApplicationNumber/IPOfficeCode")) or ""
    words = "MarkRepresentation//"
    draft.names = record.texts(f"{words}MarkVerbalElementText")
    draft.names += record.texts(f"{words}MarkSignificantVerbalElementText")
    draft.names += record.texts(f"{words}MarkTransliteration")
    _read_holder(record, draft, ("HolderBag/Holder", "ApplicantBag/Applicant", "Applicant"))
    for image in record.elements("MarkRepresentation//MarkImage"):
        _read_image(record, draft, image)
    goods = (*record.elements("GoodsServicesBag"), *record.elements("GoodsServices"))
    for part in goods:
        _read_st96_classes(record, draft, part)
    for path in ("GoodsServicesBag", "GoodsServices"):
        _read_goods(record, draft, f"{path}//GoodsServicesDescriptionText")
    draft.jurisdictions = record.texts("DesignationBag//DesignatedCountryCode")
    return _done(record, draft)


def draft_design(element: Element) -> Draft:
    """Read a ``Design`` of ST.96, or of ST.86 as EUIPO has it.

    What the product is called is goods and no name: "chairs" is nothing to look for.
    """
    record = Record(element)
    draft = _draft(record, element)
    draft.kind = "design"
    draft.application = record.text("ApplicationNumber/ApplicationNumberText")
    draft.application = draft.application or record.text("ApplicationNumber")
    draft.registration = record.text("DesignIdentifier") or draft.registration
    draft.status = record.text("DesignCurrentStatusCode") or draft.status
    draft.own_id = id_of_kind(draft)
    for path in _PRODUCTS:
        _read_goods(record, draft, f".//{path}")
    for image in [one for path in _VIEWS for one in record.elements(f".//{path}")]:
        _read_image(record, draft, image)
    holders = ("HolderDetails/Holder", "HolderBag/Holder", "DesignHolderBag/DesignHolder")
    applicants = (one.replace("Holder", "Applicant") for one in holders)
    _read_holder(record, draft, (*holders, *applicants))
    draft.jurisdictions = record.texts(".//DesignatedCountryCode")
    return _done(record, draft)


def draft_indication(element: Element) -> Draft:
    """Read a ``GeographicalIndication`` of ST.96."""
    record = Record(element)
    draft = _draft(record, element)
    draft.kind = "geographical_indication"
    draft.application = record.text("ApplicationNumber/ApplicationNumberText")
    draft.status = record.text("GeographicalIndicationCurrentStatusCode") or draft.status
    draft.own_id = id_of_kind(draft)
    draft.names = [text for path in _INDICATIONS for text in record.texts(f".//{path}")]
    _read_goods(record, draft, ".//GoodsServicesDescriptionText")
    for image in record.elements(".//MarkImage"):
        _read_image(record, draft, image)
    _read_holder(record, draft, ("HolderBag/Holder", "ApplicantBag/Applicant"))
    draft.jurisdictions = record.texts("DesignationBag//DesignatedCountryCode")
    return _done(record, draft)


def _draft(record: Record, element: Element) -> Draft:
    told = record.text("RegistrationOfficeCode")
    space = str(element.tag).partition("}")[0]
    office = parse_office(told) or ("EM" if "euipo" in space or "oami" in space else "")
    return Draft(
        line=element.sourceline or 0,
        office=office,
        registration=record.text("RegistrationNumber"),
        status=record.text("MarkCurrentStatusCode"),
        expires=record.text("ExpiryDate"),
    )


def _done(record: Record, draft: Draft) -> Draft:
    operation = record.attribute("operationCode") or record.attribute("operationCategory")
    if operation.casefold() == "delete":
        draft.status = DELETED
    draft.left += record.left()
    return draft


def _read_st96_classes(record: Record, draft: Draft, goods: Element) -> None:
    for part in record.elements(".//GoodsServicesClassification", goods):
        kind = record.text("ClassificationKindCode", part).casefold()
        numbers = record.texts("ClassNumber", part)
        record.texts("NationalClassNumber", part)  # of a country's own classification
        if kind in ("nice", ""):
            draft.classes += numbers
    draft.classes += record.texts(".//ClassDescription/ClassNumber", goods)
    draft.classes += record.texts("ClassNumber", goods)


def _read_goods(record: Record, draft: Draft, path: str) -> None:
    told = record.told(path)
    kept = first_language(told, LANGUAGES)
    draft.goods += kept
    if len(kept) < len(told):
        draft.left.append("goods in other languages")


def _read_holder(record: Record, draft: Draft, paths: Sequence[str]) -> None:
    owners = next((found for path in paths if (found := record.elements(path))), [])
    for owner in owners:
        name = _name(record, owner)
        if name and not draft.holder:
            draft.holder = {"name": name, **_place(record, owner)}
        elif name and name != draft.holder.get("name"):
            draft.note("has further holders; the first is kept", name)
            _place(record, owner)


def _name(record: Record, owner: Element) -> str:
    for path in _NAMES:
        lines = record.texts(f".//{path}", owner)
        if lines and path == "FreeFormatNameLine":
            return " ".join(lines)
        if lines:
            return lines[0]
    first, last = record.text(".//FirstName", owner), record.text(".//LastName", owner)
    return f"{first} {last}".strip()


def _place(record: Record, owner: Element) -> dict[str, str]:
    lines = [text for name in _ADDRESS for text in record.texts(f".//{name}", owner)]
    codes = [text for name in _COUNTRIES for text in record.texts(f".//{name}", owner)]
    place = {"address": address_of(dict.fromkeys(lines)), "country": codes[0] if codes else ""}
    for key, names in _CONTACTS:
        told = [text for name in names for text in record.texts(f".//{name}", owner)]
        place[key] = told[0] if told else ""
    return place


def _read_image(record: Record, draft: Draft, image: Element) -> None:
    """Take a picture: the bytes that stand there, else the file that is named, or the number."""
    draft.sought = [f"{draft.application or draft.registration}{end}" for end in SUFFIXES]
    file = _first(record, image, ("MarkImageFilename", "FileName", "RepresentationSheetFilename"))
    form = _first(
        record, image, ("MarkImageFileFormat", "FileFormat", "ImageFormatCategory")
    ).lower()
    form = _first(record, image, ("RepresentationSheetFileFormat",)).lower() or form
    address = _first(record, image, ("MarkImageURI", "ImageURI", "RepresentationSheetURI"))
    binary = record.text("MarkImageBinary", image) or record.text("ImageBinary", image)
    if file and form and not PurePosixPath(file).suffix:
        file = f"{file}.{form}"
    if binary:
        try:
            name = file or f"{draft.id}.{form or 'png'}"
            draft.data[name] = base64.b64decode("".join(binary.split()), validate=True)
            draft.images.append(name)
        except (binascii.Error, ValueError):
            draft.note("picture in the file is no base64; left out", file)
    elif file:
        draft.images.append(file)
    elif address:
        draft.note("picture is named by its address alone, which is not fetched", address)


def _first(record: Record, within: Element, names: Sequence[str]) -> str:
    return next((text for name in names if (text := record.text(name, within))), "")
