"""Notices in registered texts count nothing; what speaks of rights in passing does."""

from __future__ import annotations

import textwrap

import pytest

from matchers.texts.index import TextIndex
from tests.matchers.texts.written import write_han, write_words

# Worded for these tests, as notices are.
NOTICES = {
    "rights": (
        "Copyright © 2019 by the author. All rights reserved. No part of this publication may"
        " be reproduced, stored in a retrieval system, or transmitted in any form or by any"
        " means, electronic, mechanical, photocopying, recording or otherwise, without the"
        " prior written permission of the publisher, except for brief quotations in a review."
    ),
    "fiction": (
        "This is a work of fiction. Names, characters, places and incidents are products of the"
        " author's imagination or are used fictitiously. Any resemblance to actual events,"
        " places or persons, living or dead, is entirely coincidental."
    ),
    "open licence": (
        "This work is licensed under a Creative Commons Attribution 4.0 International License."
        " To view a copy of this license, visit the address below. You may copy and"
        " redistribute the material in any form, also for commercial purposes, under the terms"
        " of the licence, with attribution."
    ),
    "software": (
        "Permission is granted, free of charge, to any person with a copy of this software to"
        " use, copy, modify, merge, publish, distribute, sublicense and sell copies of the"
        " software, subject to these conditions. The software comes without warranty of any"
        " kind, express or implied, and the copyright holders are not liable for any damages."
    ),
    "sale": (
        "This book is sold subject to the condition that it shall not, by way of trade or"
        " otherwise, be lent, resold, hired out or circulated without the publisher's prior"
        " consent in any form of binding or cover other than that in which it is published."
    ),
    "rights, zh": (
        "版权所有 侵权必究。未经许可，不得以任何方式复制或抄袭本书之部分或全部内容。未经出版社"
        "书面许可，任何人不得擅自转载、摘编本书，违者将追究法律责任。如有印装质量问题，请与本社"
        "联系调换。"
    ),
    "fiction, zh": (
        "本书内容纯属虚构，如有雷同，纯属巧合。本作品著作权归作者所有，未经授权，严禁转载，任何"
        "网站使用本作品须注明出处，违者必究，本社保留追究法律责任的权利。"
    ),
}
PASSING = {
    "novel": (
        "She had no right to the letters, he said, and no permission to read them aloud; yet"
        " the publisher in Leiden had copied out every line before the winter was over, and the"
        " old man's widow, who was the only owner of his memory, sat by the stove and listened"
        " without a word."
    ),
    "trade": (
        "The publisher laughed and poured him another glass. Nobody reserved a table for poets,"
        " he said, and nobody would ask for their rights when the printing press had rusted"
        " shut. Outside, the snow took the street, the church and the lamps one after another,"
        " until only the river moved."
    ),
    "novel, zh": (
        "他站在出版社门口，手里攥着那份皱巴巴的合同，心里想着自己到底还有没有权利把父亲的手稿要"
        "回来。雪越下越大，街上的人都低着头走路，谁也不愿意看这个没有得到许可就闯进城里来的乡下"
        "青年一眼。"
    ),
}


def _book(name: str, middle: str) -> str:
    if name.endswith("zh"):
        return f"{write_han(300, 1)}。\n{middle}\n{write_han(300, 2)}"
    return f"{write_words(200, 1)}.\n{middle}\n{write_words(200, 2)}"


@pytest.mark.parametrize("name", list(NOTICES))
def test_notices_count_nothing(name: str) -> None:
    notice = NOTICES[name]
    wrapped = "\n".join(textwrap.wrap(notice, 60))
    for text in (_book(name, notice), _book(name, notice).upper(), _book(name, wrapped)):
        assert TextIndex([(0, text)]).find(f"Our own words. {notice} 自己的话。") == []


@pytest.mark.parametrize("name", list(PASSING))
def test_passages_that_speak_of_rights_count(name: str) -> None:
    passage = PASSING[name]
    (match,) = TextIndex([(0, _book(name, passage))]).find(passage)
    assert match.counted == match.units > 35


@pytest.mark.parametrize("name", list(NOTICES))
def test_what_stands_beside_a_notice_counts(name: str) -> None:
    book = _book(name, NOTICES[name])
    (match,) = TextIndex([(0, book)]).find(book)
    assert match.counted >= (290 if name.endswith("zh") else 395)
    assert match.counted < match.units


def test_a_text_that_is_a_notice_is_listed() -> None:
    (found,) = TextIndex([(0, NOTICES["rights"])]).list_unmatched()
    assert found.reason == "common"
