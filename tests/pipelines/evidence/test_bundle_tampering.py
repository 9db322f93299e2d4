"""Whatever is changed in a bundle is found, and the file is named."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.store.handover import KnownKey, find_keys
from crawler.workspace import make_workspace
from pipelines.evidence.bag import BagWriter
from pipelines.evidence.bundle import export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.checks import Check
from pipelines.evidence.keys import SigningKey, make_signing_key
from tests.servers.stored_case import AT, store_case

POSITIONS = 12
"""Bytes that are flipped in each file; shorter files have all of theirs flipped."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[KnownKey], SigningKey]:
    folder = tmp_path_factory.mktemp("office")
    workspace = make_workspace(folder / "w")
    with workspace.store() as db:
        case = store_case(db, workspace)
        for name in ("earlier", "b"):
            export_case(db, workspace, case, folder / name, by="李伟", at=AT)
        return folder / "b", find_keys(db), make_signing_key(workspace.folder)


@pytest.fixture
def bundle(made: tuple[Path, list[KnownKey], SigningKey], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "b"))


@pytest.fixture
def keys(made: tuple[Path, list[KnownKey], SigningKey]) -> list[KnownKey]:
    return made[1]


def broken(checks: list[Check]) -> list[str]:
    return [f"{c.subject}: {c.detail}" for c in checks if c.state == "broken"]


def files_of(bundle: Path) -> list[str]:
    return sorted(p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file())


def test_every_flipped_byte_is_found_and_its_file_named(bundle: Path, keys: list[KnownKey]) -> None:
    assert broken(check_bundle(bundle, keys)) == []
    choose = random.Random(5)
    flipped = 0
    for name in files_of(bundle):
        path = bundle / name
        whole = path.read_bytes()
        some = {0, len(whole) - 1, *choose.sample(range(len(whole)), min(POSITIONS, len(whole)))}
        for position in sorted(some):
            bit = 1 << choose.randrange(8)
            altered = bytearray(whole)
            altered[position] ^= bit
            path.write_bytes(altered)
            found = broken(check_bundle(bundle, keys))
            assert any(name in line for line in found), (name, position, bit, found)
            flipped += 1
        path.write_bytes(whole)
    assert flipped >= 200
    assert broken(check_bundle(bundle, keys)) == []


def test_a_flipped_byte_of_content_accuses_no_other_file(
    bundle: Path, keys: list[KnownKey]
) -> None:
    for name in files_of(bundle):
        if name in ("tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "signing.pub"):
            continue
        path = bundle / name
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        assert {c.subject for c in check_bundle(bundle, keys) if c.state == "broken"} == {name}
        path.write_bytes(whole)


def test_every_changed_name_is_found(bundle: Path, keys: list[KnownKey]) -> None:
    for name in files_of(bundle):
        path = bundle / name
        for other in (f"{path.name}x", path.name.swapcase(), f"x{path.name[1:]}", f"{path.name} "):
            there = path.rename(path.with_name(other))
            found = broken(check_bundle(bundle, keys))
            assert any(line.startswith(f"{name}: ") for line in found), (other, found)
            there.rename(path)
    assert broken(check_bundle(bundle, keys)) == []


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def put_link(path: Path) -> None:
    elsewhere = path.parent.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "change", [remove, empty, truncate, lengthen, put_link, put_folder, put_pipe]
)
def test_every_file_that_is_changed_whole_is_named(
    bundle: Path, keys: list[KnownKey], change: Callable[[Path], None], tmp_path: Path
) -> None:
    for number, name in enumerate(files_of(bundle)):
        altered = Path(shutil.copytree(bundle, tmp_path / str(number) / "b"))
        change(altered / name)
        found = broken(check_bundle(altered, keys))
        assert any(name in line for line in found), (name, found)


@pytest.mark.parametrize(
    "name",
    [
        *("more.txt", "data/more.txt", "data/captures/cap-0002.wacz", "fetch.txt", ".hidden"),
        *("manifest-md5.txt", "data/HITS.jsonl", "data/包.txt", "data/e\u0301.txt", "data/a\nb"),
        *("data/hits.jsonl ", "data/..hits.jsonl", "data/\udcff.txt", "data/captures/x/y/z/w/a"),
    ],
)
def test_a_file_too_many_is_named(bundle: Path, keys: list[KnownKey], name: str) -> None:
    path = bundle / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    found = [c.subject for c in check_bundle(bundle, keys) if c.state == "broken"]
    shown = name.encode("utf-8", "backslashreplace").decode()
    assert (shown if shown.isascii() and shown.isprintable() else ascii(shown)[1:-1]) in found


def test_a_folder_too_many_is_named(bundle: Path, keys: list[KnownKey]) -> None:
    (bundle / "data" / "empty").mkdir()
    assert broken(check_bundle(bundle, keys)) == [
        "data/empty: the folder holds nothing that was signed"
    ]


def test_folders_without_end_are_not_followed(bundle: Path, keys: list[KnownKey]) -> None:
    deep = bundle / "data" / "/".join(["d"] * 900)
    deep.mkdir(parents=True)
    assert any("too deep" in line for line in broken(check_bundle(bundle, keys)))


def test_captures_that_are_swapped_are_named(bundle: Path, keys: list[KnownKey]) -> None:
    one, other = (bundle / "data" / "captures" / f"cap-000{n}.wacz" for n in (0, 1))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    found = {c.subject for c in check_bundle(bundle, keys) if c.state == "broken"}
    assert found == {"data/captures/cap-0000.wacz", "data/captures/cap-0001.wacz"}


def test_a_file_that_grew_beyond_measure_is_not_read(bundle: Path, keys: list[KnownKey]) -> None:
    for name in ("data/hits.jsonl", "README.txt", "tagmanifest-sha256.txt"):
        altered = bundle / name
        size = altered.stat().st_size
        os.truncate(altered, 1 << 40)  # a hole: it takes no room, but hours to read
        assert any(name in line for line in broken(check_bundle(bundle, keys)))
        os.truncate(altered, size)


def forge(
    bundle: Path, name: str = "data/hits.jsonl", old: str = "0.97", new: str = "0.07"
) -> None:
    """Change a file, and make the list and the sizes of files anew, as a forger would."""
    text = (bundle / name).read_text(encoding="utf-8")
    assert old in text
    (bundle / name).write_text(text.replace(old, new), encoding="utf-8")
    relist(bundle / "manifest-sha256.txt", name, bundle / name)
    sizes = bundle / "sizes.txt"
    names = [line.split(" ")[1] for line in sizes.read_text().splitlines()]
    sizes.write_text("".join(f"{(bundle / n).stat().st_size} {n}\n" for n in names))


def sign_anew(bundle: Path, key: SigningKey | None) -> None:
    """Make the list of what is signed anew, and sign it where there is a key."""
    top = bundle / "tagmanifest-sha256.txt"
    if key is not None:
        (bundle / "signing.pub").write_text(key.public.pem)
    for name in ("manifest-sha256.txt", "sizes.txt", "signing.pub"):
        relist(top, name, bundle / name)
    if key is not None:
        (bundle / "tagmanifest-sha256.txt.sig").write_bytes(key.sign(top.read_bytes()))


def relist(manifest: Path, name: str, path: Path) -> None:
    lines = [line.split("  ") for line in manifest.read_text().splitlines()]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    made = [f"{digest if n == name else d}  {n}\n" for d, n in lines]
    manifest.write_text("".join(made))


def test_a_forger_who_makes_the_lists_anew_breaks_the_signature(
    bundle: Path, keys: list[KnownKey]
) -> None:
    forge(bundle)
    assert any(line.startswith("manifest-sha256.txt: ") for line in broken(check_bundle(bundle)))
    sign_anew(bundle, None)
    for known in (keys, []):
        found = broken(check_bundle(bundle, known))
        assert len(found) == 1
        assert found[0].startswith("tagmanifest-sha256.txt: the signature in")


def test_a_signature_by_another_key_is_broken(
    bundle: Path, keys: list[KnownKey], tmp_path: Path
) -> None:
    other = make_signing_key(tmp_path / "forger")
    signed = (bundle / "tagmanifest-sha256.txt").read_bytes()
    (bundle / "tagmanifest-sha256.txt.sig").write_bytes(other.sign(signed))
    assert len(broken(check_bundle(bundle, keys))) == 1


def test_a_bundle_signed_anew_by_another_key_is_of_a_stranger(
    bundle: Path, keys: list[KnownKey], tmp_path: Path
) -> None:
    """It is intact: only by its key does anybody know that it is not who it says."""
    other = make_signing_key(tmp_path / "forger")
    forge(bundle)
    sign_anew(bundle, other)
    checks = check_bundle(bundle, keys)
    assert broken(checks) == []
    assert (checks[0].what, checks[0].state) == ("signature", "unproven")
    assert other.public.fingerprint in checks[0].detail


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("data/judgements.jsonl", '"infringing"', '"unrelated"', "decision is 'unrelated'"),
        ("data/judgements.jsonl", "李伟", "王芳", "judged_by is '王芳'"),
        ("data/judgements.jsonl", '"j-0"', '"j-9"', "entry 1, judgement: what it is about is not"),
        ("data/notices.jsonl", "cn-ecommerce", "us-dmca", "kind is 'us-dmca'"),
        ("data/notices.jsonl", "平台", "卖家", "its text or facts were changed"),
        ("data/notices.jsonl", '"checked"', '"approved"', "event is 'approved'"),
        ("data/rest.jsonl", '"opened"', '"noted"', "event is 'noted'"),
        ("data/captures.jsonl", '"id":"cap-0000"', '"id":"cap-9"', "which is about cap-0000"),
        ("data/case.json", '"id": "c-5', '"id": "c-6', "is about the case"),
        ("data/case.json", "优品", "优" * 2_001, "expected up to 2,000"),
        ("data/rest.jsonl", '"table"', '"tables"', "table"),
        ("data/sweeps.jsonl", '"campaign"', '"x"', "campaign"),
    ],
)
def test_who_signs_a_bundle_cannot_turn_what_the_ledger_says(
    bundle: Path, keys: list[KnownKey], tmp_path: Path, name: str, old: str, new: str, reason: str
) -> None:
    """The entries can be stamped by others, so that what says otherwise is no mere word."""
    forge(bundle, name, old, new)
    sign_anew(bundle, make_signing_key(tmp_path / "forger"))
    told = broken(check_bundle(bundle, keys))
    assert any(reason in one for one in told), told


def signed_bag(folder: Path, key: SigningKey, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    bag = BagWriter(folder)
    for name, data in files.items():
        bag.add(name, data)
    bag.finish({}, {}, key)
    return folder


def test_a_signed_bag_that_is_no_bundle_is_broken(tmp_path: Path) -> None:
    key = make_signing_key(tmp_path / "k")
    bag = signed_bag(tmp_path / "b", key, {"data/letter.txt": "信".encode()})
    assert "data/case.json: a bundle must have it" in broken(check_bundle(bag))


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("data/case.json", "markhound-bundle-1", "markhound-bundle-9", "made by another version"),
        ("data/case.json", '"hits": 2', '"hits": 3', "expected 3 lines, got 2"),
        ("data/case.json", "{", "[", "not JSON"),
        ("data/case.json", '"holder"', '"hodler"', "required key is missing"),
        ("data/hits.jsonl", '"sighting":"s-0"', '"sighting":"s-9"', "s-9, which is not there"),
        ("data/hits.jsonl", '"version":1', '"version":7', "a version of TM-0001"),
        ("data/hits.jsonl", '"score":0.97', '"score":"high"', "line 1: record.score:"),
        ("data/judgements.jsonl", '"hit":"h-', '"hit":"x-', "which is not there"),
        ("data/judgements.jsonl", "infringing", "guilty", "line 1: decision:"),
        ("data/hits.jsonl", '"score":0.97', '"score":NaN', "has the score nan, expected 0 to 1"),
        ("data/hits.jsonl", "shop.example/p/0", "shop.example/p/9", "is not the id of a hit"),
        ("data/case.json", '"id": "c-', '"id": "../', "expected the id of a case"),
        ("data/case.json", 'Z",\n  "made', '",\n  "made', "exported_at:"),
        ("data/proofs/ledger.jsonl", '"previous":"0', '"previous":"g', "does not make the digest"),
        ("data/proofs/ledger.jsonl", '"number":1', f'"number":1{"0" * 40}', "does not make the"),
        ("data/captures.jsonl", '"entry":6', '"entry":1', "entry 1 of the ledger does not name"),
        ("data/captures.jsonl", "cap-0000.wacz", "cap-0001.wacz", "it is not the capture cap-0000"),
        ("data/captures.jsonl", "data/captures/cap-0000.wacz", "../../x", "not the capture"),
        ("data/listings.jsonl", "data/pictures/", "data/pictvres/", "is not the picture"),
        ("data/notices.jsonl", '"text":"侵权', '"text":"版权', "is not the text of N-2026-000001"),
        ("data/notices.jsonl", '"hit":"h-', '"hit":"x-', "which is not there"),
        ("data/proofs/ledger.jsonl", "markhound", "someone", "entry 6 does not make the digest"),
        ("data/proofs/ledger.jsonl", '"number":1', '"number":9', "entry 2 does not follow entry 9"),
    ],
)
def test_records_that_contradict_are_broken_though_they_are_signed(
    made: tuple[Path, list[KnownKey], SigningKey],
    tmp_path: Path,
    name: str,
    old: str,
    new: str,
    reason: str,
) -> None:
    """Who holds the key may sign nonsense; it is not believed either."""
    source, keys, key = made
    payload = {n: (source / n).read_bytes() for n in files_of(source) if n.startswith("data/")}
    assert old.encode() in payload[name]
    payload[name] = payload[name].replace(old.encode(), new.encode(), 1)
    bag = signed_bag(tmp_path / "b", key, payload)
    found = broken(check_bundle(bag, keys))
    assert any(reason in line for line in found), found


def test_a_line_without_end_is_not_read_whole(
    made: tuple[Path, list[KnownKey], SigningKey],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.evidence.bundle_records.LONGEST_LINE", 100)
    assert any("longer than 100 bytes" in line for line in broken(check_bundle(made[0], made[1])))


def test_nothing_that_is_signed_makes_the_check_fail_itself(
    made: tuple[Path, list[KnownKey], SigningKey], tmp_path: Path
) -> None:
    """Whatever the records hold, the answer is what is broken in them, never a crash."""
    source, keys, key = made
    payload = {n: (source / n).read_bytes() for n in files_of(source) if n.startswith("data/")}
    records = [name for name in payload if name.endswith((".json", ".jsonl"))]
    choose = random.Random(7)
    hostile = (
        *(b"null", b"[]", b"{}", b"-1", b"1e999", b"NaN", b'"\\ud800"', b'""', b"true", b"\xff"),
        *(b"[" * 5000, b"1" * 5000, b'"\\u0000"', b"\n", b"\xe2\x80\xae", b'{"a":{"a":'),
    )
    found = 0
    for number in range(150):
        name = choose.choice(records)
        values = re.findall(rb'"[^"]*"|[0-9.]+|true|false|null', payload[name])
        if not values:
            continue
        altered = payload[name].replace(choose.choice(values), choose.choice(hostile), 1)
        bag = signed_bag(tmp_path / str(number), key, {**payload, name: altered})
        found += bool(broken(check_bundle(bag, keys)))
        shutil.rmtree(bag)
    assert found > 75
