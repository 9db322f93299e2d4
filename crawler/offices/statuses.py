"""What the offices' words and codes of a status mean: in force or not; what is unknown stays so.

Sources: the list of ``MarkCurrentStatusCode`` in WIPO ST.66 and ST.96, TM5's common status
descriptors, the status codes of the USPTO's Trademark Applications Documentation (table of
``status-code``), and the words of CNIPA's search (商标状态).
"""

from __future__ import annotations

import re

IN_FORCE = "registered"

_IN_FORCE_WORDS = """
registered; registered trademark; registered trade mark; registration; registration published;
registration renewed; registered and renewed; registration opposed; registration pending
cancellation; registration cancellation pending; cancellation pending; revocation proceeding
pending; invalidity proceeding pending; live; active; in force; issued and active; valid;
protected; registered and fully published; registered and subject to deferment;
invalidity procedure pending;
已注册; 注册; 有效; 核准注册; 已核准注册; 注册公告; 商标已注册; 注册有效; 有效注册; 续展;
已续展; 准予注册
"""
_NOT_IN_FORCE_WORDS = """
application; applied; application filed; application received; application accepted;
application published;
application under examination; application opposed; application refused; application rejected;
application withdrawn; application abandoned; filed; filing date accorded; classification checked;
conversion requested; opposition pending; opposed; appeal pending; registration pending; pending;
examination; examination of opposition; pre-publication; published; accepted;
registration cancelled; registration surrendered; registration expired; registration lapsed;
registration invalidated; registration revoked; removed from register; under examination;
received; appealed; start of opposition period; acceptance pending; design surrendered;
design declared invalid; design lapsed; lack of effects; cancelled; canceled;
surrendered; expired; ended; refused; rejected; withdrawn; abandoned; lapsed; dead; removed;
invalidated; revoked; merged; deleted; inactive; not protected;
无效; 已无效; 申请中; 申请; 待审; 待审中; 等待实质审查; 等待驳回通知发文;
初审公告; 初步审定; 已初审; 异议中; 驳回; 已驳回; 驳回复审; 驳回复审中;
部分驳回; 不予受理; 不予注册; 撤回; 已撤回; 撤销; 已撤销; 注销;
已注销; 过期; 已过期; 已失效; 失效; 宣告无效; 无效宣告; 期满未续展;
期满未续展注销; 未续展注销
"""
_USPTO_IN_FORCE = "624 700 701 702 703 704 705 717 740 778 780 790 800"
_USPTO_NOT = """
400 401 402 403 600 601 602 603 604 605 606 607 608 609 610 612 614 616 618 622 626 630 631 632 638
640 641 642 643 644 645 646 647 648 649 650 651 652 653 654 655 656 657 658 659 660 661 663 664 665
666 667 668 672 673 680 681 682 686 688 689 690 692 693 694 710 711 712 713 714 715 716 718 719 720
721 722 724 725 730 731 732 733 734 744 745 746 748 752 753 756 757 760 763 774 779 801 802 806 807
808 809 810 811 812 813 814 815 816 817 818 819 820 821 822 823 824 825 900 969 970
"""
"""Of 625, 762, 764 to 773, 775, 777, 794, 803, 804 and 973 the code alone does not tell."""


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in text.split(";"))


_IN, _OUT = _words(_IN_FORCE_WORDS), _words(_NOT_IN_FORCE_WORDS)
_USPTO_IN, _USPTO_OUT = frozenset(_USPTO_IN_FORCE.split()), frozenset(_USPTO_NOT.split())
_TM5 = re.compile(r"(live|dead)/(registration|application)\b")


def parse_status(text: str, office: str | None = None) -> str | None:
    """Return ``registered``, the office's own word for what is not in force, or None.

    None is for what is not known; such a right counts as in force until somebody says otherwise.

    :param office: ST.3 code of the office; the codes of the USPTO are numbers of its own
    """
    told = " ".join(text.split())
    word = told.casefold()
    if office == "US" and word.isdecimal():
        code = word.zfill(3)
        return IN_FORCE if code in _USPTO_IN else f"USPTO {code}" if code in _USPTO_OUT else None
    if common := _TM5.match(word):
        return IN_FORCE if common.groups() == ("live", "registration") else told
    if word in _IN:
        return IN_FORCE
    return told if word in _OUT else None
