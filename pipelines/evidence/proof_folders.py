"""Writing a proof as a folder that anybody can check."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from crawler.errors import InputError
from pipelines.evidence.bag import move_folder, new_folder, refuse_taken
from pipelines.evidence.proof_text import SCRIPT, SCRIPT_NAME, TEXT_NAME, text_of
from pipelines.evidence.proofs import PROOF, Proof, dump_proof
from pipelines.evidence.receipt_checks import check_files
from pipelines.evidence.time_stamps import gen_time_of


def write_proof(proof: Proof, stamps: Path, folder: Path) -> None:
    """Write a folder that proves an entry to anybody: proof, statement, receipts, commands.

    :param stamps: the folder in which the stamps lie
    :param folder: it must be empty, or not there; it is written whole or not at all
    :raises InputError: when something is there, or a file of the stamp is not what was recorded
    """
    refuse_taken(folder)
    source = stamps / proof.stamp
    names = dict(proof.files)
    for receipt in proof.receipts:
        names |= receipt.files
    if problem := check_files(source, names):
        raise InputError(f"{source}: {problem}; see markhound evidence verify --all")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(folder) as made:
        for name in names:
            shutil.copyfile(source / name, made / name)
        text = text_of(proof, _times(made, proof))
        for name, words in ((SCRIPT_NAME, SCRIPT), (TEXT_NAME, text)):
            data = words.encode()
            (made / name).write_bytes(data)
            names[name] = hashlib.sha256(data).hexdigest()
        (made / PROOF).write_bytes(dump_proof(replace(proof, files=names)))
        move_folder(made, folder)


def _times(folder: Path, proof: Proof) -> dict[str, datetime]:
    """Return the time that each time-stamp states, by the name of its file."""
    found = {}
    for receipt in proof.receipts:
        name = receipt.name("tsr")
        when = gen_time_of((folder / name).read_bytes()) if name else None
        if name and when:
            found[name] = when
    return found
