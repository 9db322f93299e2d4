"""Files as offices deliver them, in small: made from the public schemas, with invented marks."""

from __future__ import annotations

import base64
import io

from PIL import Image


def png(side: int = 8) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (side, side), 128).save(stream, "PNG")
    return stream.getvalue()


ST66_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Transaction xmlns="http://www.wipo.int/standards/XMLSchema/trademarks">
<TradeMarkTransactionBody><TransactionContentDetails><TransactionData><TradeMarkDetails>
"""
ST66_TAIL = """
</TradeMarkDetails></TransactionData></TransactionContentDetails></TradeMarkTransactionBody>
</Transaction>
"""
ST66_MARK = f"""<TradeMark operationCode="Insert">
<RegistrationOfficeCode>DE</RegistrationOfficeCode>
<ApplicationNumber>302026000123.4</ApplicationNumber>
<RegistrationNumber>302026000123</RegistrationNumber>
<ExpiryDate>2036-02-28+01:00</ExpiryDate>
<MarkCurrentStatusCode>Registered</MarkCurrentStatusCode>
<MarkFeature>Combined</MarkFeature>
<WordMarkSpecification><MarkVerbalElementText>Quellwerk</MarkVerbalElementText>
<MarkTransliteration>泉作坊</MarkTransliteration></WordMarkSpecification>
<MarkImageDetails><MarkImage><MarkImageFileFormat>PNG</MarkImageFileFormat>
<MarkImageBinary>{base64.b64encode(png()).decode()}</MarkImageBinary></MarkImage></MarkImageDetails>
<GoodsServicesDetails><GoodsServices><ClassDescriptionDetails>
<ClassDescription><ClassNumber>18</ClassNumber>
<GoodsServicesDescription languageCode="de">Taschen; Koffer</GoodsServicesDescription>
<GoodsServicesDescription languageCode="en">Bags; suitcases.</GoodsServicesDescription>
</ClassDescription>
<ClassDescription><ClassNumber>99</ClassNumber></ClassDescription>
</ClassDescriptionDetails></GoodsServices></GoodsServicesDetails>
<ApplicantDetails><Applicant><ApplicantAddressBook><FormattedNameAddress>
<Name><FormattedName><OrganizationName>Quellwerk GmbH</OrganizationName></FormattedName></Name>
<Address><AddressCountryCode>DE</AddressCountryCode><FormattedAddress>
<AddressStreet>Uferweg 3</AddressStreet><AddressCity>Musterstadt</AddressCity></FormattedAddress>
</Address></FormattedNameAddress><ContactInformationDetails><Email>ip@quellwerk.example</Email>
</ContactInformationDetails></ApplicantAddressBook></Applicant></ApplicantDetails>
<MarkEventDetails><MarkEvent><MarkEventDate>2026-02-28</MarkEventDate></MarkEvent>
</MarkEventDetails>
</TradeMark>"""
ST66_SOUND = """<TradeMark><RegistrationOfficeCode>DE</RegistrationOfficeCode>
<ApplicationNumber>302026000999.1</ApplicationNumber><MarkFeature>Sound</MarkFeature></TradeMark>"""
ST66 = f"{ST66_HEAD}{ST66_MARK}\n{ST66_SOUND}{ST66_TAIL}"

EUIPO = """<?xml version="1.0" encoding="UTF-8"?>
<Transaction xmlns="http://euipo.europa.eu/trademark/data"><TradeMarkTransactionBody>
<TransactionContentDetails><TransactionData><TradeMarkDetails>
<TradeMark operationCode="Update">
<ApplicationNumber>018999001</ApplicationNumber>
<ExpiryDate>2035-01-01</ExpiryDate>
<MarkCurrentStatusCode>Registered</MarkCurrentStatusCode>
<MarkFeature>Figurative</MarkFeature>
<MarkImageDetails><MarkImage><MarkImageFilename>018999001</MarkImageFilename>
<MarkImageFileFormat>PNG</MarkImageFileFormat></MarkImage></MarkImageDetails>
<GoodsServicesDetails><GoodsServices><ClassDescriptionDetails><ClassDescription>
<ClassNumber>25</ClassNumber></ClassDescription></ClassDescriptionDetails></GoodsServices>
</GoodsServicesDetails>
<ApplicantDetails><ApplicantKey><Identifier>77</Identifier></ApplicantKey></ApplicantDetails>
</TradeMark>
<TradeMark operationCode="Delete">
<ApplicationNumber>018999002</ApplicationNumber>
<WordMarkSpecification><MarkVerbalElementText>Nebelfang</MarkVerbalElementText>
</WordMarkSpecification>
<MarkImageDetails><MarkImage><MarkImageURI>https://office.example/1.png</MarkImageURI></MarkImage>
</MarkImageDetails>
</TradeMark>
<TradeMark operationCode="Insert">
<ApplicationNumber>018999003</ApplicationNumber>
<MarkCurrentStatusCode>Half asleep</MarkCurrentStatusCode>
<WordMarkSpecification><MarkVerbalElementText>Ohrenwind</MarkVerbalElementText>
</WordMarkSpecification>
</TradeMark>
</TradeMarkDetails></TransactionData></TransactionContentDetails></TradeMarkTransactionBody>
</Transaction>
"""

ST96 = """<?xml version="1.0" encoding="UTF-8"?>
<tmk:TrademarkTransaction xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common"
 xmlns:tmk="http://www.wipo.int/standards/XMLSchema/ST96/Trademark"><tmk:TrademarkTransactionBody>
<tmk:TransactionContentBag><tmk:TransactionData><tmk:TrademarkBag>
<tmk:Trademark com:operationCategory="Insert">
<com:RegistrationOfficeCode>WO</com:RegistrationOfficeCode>
<com:ApplicationNumber><com:ApplicationNumberText>A0012345</com:ApplicationNumberText>
</com:ApplicationNumber>
<com:RegistrationNumber>1799999</com:RegistrationNumber>
<com:ExpiryDate>2034-06-30</com:ExpiryDate>
<tmk:MarkCurrentStatusCode>Registered</tmk:MarkCurrentStatusCode>
<tmk:MarkRepresentation><tmk:MarkReproduction><tmk:WordMarkSpecification>
<tmk:MarkVerbalElementText>青溪鹿</tmk:MarkVerbalElementText>
<tmk:MarkTransliteration>Qingxilu</tmk:MarkTransliteration></tmk:WordMarkSpecification>
<tmk:MarkImageBag><tmk:MarkImage><com:FileName>1799999.png</com:FileName></tmk:MarkImage>
</tmk:MarkImageBag></tmk:MarkReproduction></tmk:MarkRepresentation>
<tmk:GoodsServicesBag><tmk:GoodsServices><tmk:GoodsServicesClassificationBag>
<tmk:GoodsServicesClassification><tmk:ClassificationKindCode>Nice</tmk:ClassificationKindCode>
<tmk:ClassNumber>030</tmk:ClassNumber></tmk:GoodsServicesClassification>
<tmk:GoodsServicesClassification><tmk:ClassificationKindCode>Domestic</tmk:ClassificationKindCode>
<tmk:NationalClassNumber>046</tmk:NationalClassNumber></tmk:GoodsServicesClassification>
</tmk:GoodsServicesClassificationBag><tmk:ClassDescriptionBag><tmk:ClassDescription>
<tmk:ClassNumber>030</tmk:ClassNumber>
<tmk:GoodsServicesDescriptionText>茶；Tea</tmk:GoodsServicesDescriptionText>
</tmk:ClassDescription></tmk:ClassDescriptionBag></tmk:GoodsServices></tmk:GoodsServicesBag>
<tmk:DesignationBag><tmk:Designation><tmk:DesignatedCountryCode>US</tmk:DesignatedCountryCode>
</tmk:Designation><tmk:Designation><tmk:DesignatedCountryCode>EM</tmk:DesignatedCountryCode>
</tmk:Designation></tmk:DesignationBag>
<tmk:HolderBag><tmk:Holder><com:Contact><com:Name><com:OrganizationName>
<com:OrganizationStandardName>青溪茶业有限公司</com:OrganizationStandardName></com:OrganizationName>
</com:Name><com:PostalAddressBag><com:PostalAddress><com:PostalStructuredAddress>
<com:AddressLineText>溪路1号</com:AddressLineText><com:CityName>杭州</com:CityName>
<com:CountryCode>CN</com:CountryCode></com:PostalStructuredAddress></com:PostalAddress>
</com:PostalAddressBag></com:Contact></tmk:Holder></tmk:HolderBag>
</tmk:Trademark>
</tmk:TrademarkBag></tmk:TransactionData></tmk:TransactionContentBag>
</tmk:TrademarkTransactionBody></tmk:TrademarkTransaction>
"""

USPTO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE trademark-applications-daily [<!ELEMENT trademark-applications-daily ANY>]>
<trademark-applications-daily><version><version-no>2.0</version-no></version>
<application-information><file-segments><action-keys><action-key>TX</action-key>
<case-file><serial-number>97000001</serial-number><registration-number>7000001</registration-number>
<transaction-date>20260801</transaction-date>
<case-file-header><filing-date>20240105</filing-date><status-code>700</status-code>
<mark-identification>BRAMBLEFOX</mark-identification><mark-drawing-code>4000</mark-drawing-code>
</case-file-header>
<case-file-statements>
<case-file-statement><type-code>GS0251</type-code>
<text>Shirts; [ hats; ] *leather* shoes</text></case-file-statement>
<case-file-statement><type-code>D10000</type-code><text>"FOX"</text></case-file-statement>
</case-file-statements>
<classifications><classification><international-code>025</international-code>
<us-code>022</us-code><status-code>6</status-code></classification>
<classification><international-code>018</international-code><status-code>2</status-code>
</classification></classifications>
<case-file-owners>
<case-file-owner><party-type>10</party-type><party-name>Old Owner LLC</party-name></case-file-owner>
<case-file-owner><party-type>41</party-type><nationality><state>DE</state></nationality>
<party-name>Bramblefox Inc.</party-name><address-1>1 Hedge Row</address-1><city>Dover</city>
<state>DE</state><postcode>19901</postcode></case-file-owner></case-file-owners>
</case-file>
<case-file><serial-number>97000002</serial-number><registration-number>0000000</registration-number>
<case-file-header><status-code>973</status-code><mark-drawing-code>2000</mark-drawing-code>
</case-file-header></case-file>
</action-keys></file-segments></application-information></trademark-applications-daily>
"""

CNIPA = """\
注册号,商标名称,国际分类,申请人名称（中文）,专用权期限,商标状态,商品/服务,类似群,初审公告期号
61000001,青瓷坊,第21类,龙泉青瓷坊有限公司,2022-06-07至2032-06-06,已注册,瓷器,2103,1700
61000001,青瓷坊,21,龙泉青瓷坊有限公司,2022-06-07至2032-06-06,已注册,茶具；花瓶,2104,1700
61000001,青瓷坊,30,龙泉青瓷坊有限公司,2022-06-07至2032-06-06,已注册,茶,3002,1700
61000002,云雀,9;38,云雀科技有限公司,,无效,软件,,
61000003,图形,25,某公司,长期,待定,服装,,
,无号,25,某公司,,已注册,服装,,
"""
EAMBROSIA = """\
File number,Protected name,Country of origin,Type,Product category,Status
PDO-XX-0001,Valdoro / Βαλντόρο,Italy,PDO,Cheeses,Registered
PGI-XX-0002,Monteriva,Spain,PGI,Fruit,Applied
"""
CASE_FILE = """\
serial_no,registration_no,mark_id_char,cfh_status_cd,filing_dt
75000001,2000001,OLD HERON,800,1996-01-02
75000002,,GREY HERON,602,1996-01-03
"""

EUIPO_JSON = """{
 "trademarks": [
  {"applicationNumber": "018999010", "markKind": "INDIVIDUAL", "markFeature": "FIGURATIVE",
   "niceClasses": [9, 25], "wordMarkSpecification": {"verbalElement": "NEBELFANG 雾"},
   "applicants": [{"office": "EM", "identifier": "77", "name": "Nebelfang GmbH"},
                  {"office": "EM", "identifier": "78", "name": "Zweite AG"}],
   "goodsAndServices": [{"classNumber": 9, "description": [
     {"language": "de", "terms": ["Brillen"]},
     {"language": "en", "terms": ["Glasses", "Lenses"]}]}],
   "applicationDate": "2025-01-02", "expiryDate": "2035-01-02", "status": "REGISTERED"},
  {"applicationNumber": "018999011", "niceClasses": [99], "representatives": [],
   "wordMarkSpecification": {"verbalElement": "Ohrenwind"}, "status": "UNDER_EXAMINATION"}
 ],
 "totalElements": 2, "totalPages": 1, "size": 10, "page": 0
}
"""
EUIPO_DESIGN = (
    '{"designNumber": "008999001-0001", "status": "REGISTERED_AND_FULLY_PUBLISHED",'
    ' "locarnoClasses": ["06.01"], "expiryDate": "2030-06-01",'
    ' "productIndications": [{"language": "en", "terms": ["Chairs"]}],'
    ' "owners": [{"name": "Stuhlwerk AG"}]}'
)
DESIGNS = """<?xml version="1.0" encoding="UTF-8"?>
<dgn:DesignTransaction xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common"
 xmlns:dgn="http://www.wipo.int/standards/XMLSchema/ST96/Design"><dgn:DesignBag>
<dgn:Design com:operationCategory="Insert">
<com:RegistrationOfficeCode>CN</com:RegistrationOfficeCode>
<com:ApplicationNumber><com:ApplicationNumberText>202630000001.2</com:ApplicationNumberText>
</com:ApplicationNumber><com:ExpiryDate>2041-03-01</com:ExpiryDate>
<dgn:DesignCurrentStatusCode>Registered</dgn:DesignCurrentStatusCode>
<dgn:DesignTitle com:languageCode="zh">茶壶</dgn:DesignTitle>
<dgn:DesignRepresentationBag><dgn:DesignRepresentation><dgn:ViewBag>
<dgn:View><dgn:ViewNumber>1</dgn:ViewNumber><com:FileName>pot-1.png</com:FileName></dgn:View>
<dgn:View><com:FileName>pot-2.png</com:FileName></dgn:View></dgn:ViewBag>
</dgn:DesignRepresentation></dgn:DesignRepresentationBag>
<dgn:HolderBag><dgn:Holder><com:Contact><com:Name><com:EntityName>壶匠有限公司</com:EntityName>
</com:Name></com:Contact></dgn:Holder></dgn:HolderBag></dgn:Design>
<dgn:Design><com:RegistrationOfficeCode>CN</com:RegistrationOfficeCode>
<com:ApplicationNumber><com:ApplicationNumberText>202630000002.7</com:ApplicationNumberText>
</com:ApplicationNumber><dgn:DesignTitle>杯</dgn:DesignTitle></dgn:Design>
</dgn:DesignBag></dgn:DesignTransaction>
"""
ST86 = """<?xml version="1.0" encoding="UTF-8"?>
<Transaction xmlns="http://euipo.europa.eu/design/data"><DesignTransactionBody>
<TransactionContentDetails><TransactionData><DesignDetails><Design operationCode="Insert">
<DesignIdentifier>008999002-0001</DesignIdentifier><ExpiryDate>2031-01-01</ExpiryDate>
<DesignCurrentStatusCode>Registered and fully published</DesignCurrentStatusCode>
<DesignRepresentationSheetDetails><DesignRepresentationSheet>
<RepresentationSheetFilename>chair.png</RepresentationSheetFilename></DesignRepresentationSheet>
</DesignRepresentationSheetDetails><IndicationProductDetails><IndicationProduct>
<ProductDescription languageCode="en">Chairs</ProductDescription></IndicationProduct>
</IndicationProductDetails></Design></DesignDetails></TransactionData></TransactionContentDetails>
</DesignTransactionBody></Transaction>
"""
INDICATION = """<?xml version="1.0" encoding="UTF-8"?>
<gin:GeographicalIndicationTransaction
 xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common"
 xmlns:gin="http://www.wipo.int/standards/XMLSchema/ST96/GeographicalIndication">
<gin:GeographicalIndicationBag><gin:GeographicalIndication>
<com:RegistrationOfficeCode>CN</com:RegistrationOfficeCode>
<com:RegistrationNumber>GI000012</com:RegistrationNumber>
<gin:GeographicalIndicationCurrentStatusCode>Registered</gin:GeographicalIndicationCurrentStatusCode>
<gin:GeographicalIndicationName>云岭蜜桃</gin:GeographicalIndicationName>
<gin:GeographicalIndicationTransliteration>Yunling</gin:GeographicalIndicationTransliteration>
<gin:GoodsServicesBag><gin:GoodsServices><gin:GoodsServicesDescriptionText>桃
</gin:GoodsServicesDescriptionText></gin:GoodsServices></gin:GoodsServicesBag>
<gin:HolderBag><gin:Holder><com:Contact><com:Name><com:EntityName>云岭桃业协会</com:EntityName>
</com:Name></com:Contact></gin:Holder></gin:HolderBag></gin:GeographicalIndication>
</gin:GeographicalIndicationBag></gin:GeographicalIndicationTransaction>
"""
