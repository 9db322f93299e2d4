"""The plain text by which a stranger checks a capture without us."""

from __future__ import annotations

from pipelines.evidence.packing import ARCHIVE
from pipelines.evidence.warc import Record

_TEXT = """\
How to check this capture without Markhound
===========================================

What you need: a shell with unzip and sha256sum; warcio and wacz from the Python Package Index
(pip install warcio wacz); openssl for certificates. Run the commands in the folder in which
{name} lies.

1. The file is the one that was recorded. Compare with the SHA-256 in the ledger, or in the
   bundle that came with it:

    sha256sum {name}

2. Nothing in it was changed. The first command prints the digest of the list of files; the
   second one must show the same digest. Without datapackage-digest.json there is no such word, so
   that file must be there:

    unzip -p {name} datapackage.json | sha256sum
    unzip -p {name} datapackage-digest.json

   The list of files holds. It must end with "the passed WACZ is valid"; it does not notice
   when datapackage-digest.json or pages/pages.jsonl is missing, so see that both are listed:

    wacz validate -f {name}
    unzip -l {name} datapackage-digest.json pages/pages.jsonl

3. Every record of the archive is as it was written. "digest pass" must stand under each record;
   the two numbers must be equal. (warcio ends well, too, where a digest is missing or is not
   checked.)

    unzip -o -q {name} {archive} -d {folder}
    warcio check -v {folder}/{archive} | grep -c "digest pass"
    warcio check -v {folder}/{archive} | grep -c "WARC-Record-ID"

4. Look at it. Open {name} on replayweb.page (it stays in your browser, and works offline), or
   take out what you want to see:

    unzip -p {name} capture/capture.json
    warcio index -f offset,warc-type,warc-target-uri {folder}/{archive}
{photograph}
   The certificates that the server showed are records "urn:certificate:..." in DER; take one out
   in the same way and read it:

    openssl x509 -inform DER -in certificate.der -noout -text

What this shows and what not: TLS leaves no proof for others. The capture shows what the program
was sent, by the program's own word. When it existed is shown by the stamps of third parties on the
ledger in which its SHA-256 stands; see the text that comes with the bundle.
"""
_PHOTOGRAPH = """\
    warcio extract --payload {folder}/{archive} {offset} > {folder}.png
"""


def instructions(capture: str, photograph: Record | None) -> str:
    """Return ``VERIFY.txt`` of a capture.

    :param capture: its id, after which its file is named
    :param photograph: the record that holds the page as a picture, if any
    """
    names = {"name": f"{capture}.wacz", "archive": ARCHIVE, "folder": capture}
    shown = "" if photograph is None else _PHOTOGRAPH.format(offset=photograph.offset, **names)
    return _TEXT.format(photograph=shown, **names)
