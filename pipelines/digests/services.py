"""Chats and other services, by Apprise, the extra ``alerts``: the one place that loads it."""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from crawler.errors import InputError, MachineError
from pipelines.takedown.smtp import Sending

MODULE = "apprise"
MISSING = (
    "the services of Apprise are not installed; add them to Markhound's environment with"
    " `pip install 'apprise>=2.3,<3'` (the extra \"alerts\")"
)


def is_installed() -> bool:
    """Tell whether services can be told by."""
    return find_spec(MODULE) is not None


def send_by_service(url: str, *, title: str, text: str) -> Sending:
    """Hand a short message to a service; redirects are not followed, unless its address says so.

    Apprise says only whether the service took it, so that ``failed`` may have arrived all the same.

    :param url: of the service, with its secrets filled in
    :raises MachineError: Apprise is not installed
    :raises InputError: there is no such service
    """
    if not is_installed():
        raise MachineError(MISSING)
    with warnings.catch_warnings():
        # it loads all its services when the first is named, some with modules that Python lets go
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise: Any = import_module(MODULE)
        # a service that sends us elsewhere could send what is told into a private network
        service = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
        known = service.add(url)
    if not known:
        scheme = url.partition("://")[0]
        raise InputError(f"Apprise knows no service that is called by such a {scheme}:// address")
    if service.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        return Sending(result="sent", words="the service took it")
    return Sending(result="failed", words="the service did not take it")
