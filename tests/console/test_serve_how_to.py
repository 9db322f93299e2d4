"""The reverse proxies of the how-to: what they must pass on, and their own programs' word on it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "serve-the-console.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the one example in that language."""
    [found] = re.findall(rf"^ *```{language}\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_example_of_nginx_passes_on_what_the_console_needs() -> None:
    config = block("nginx")
    for name, value in (
        ("Host", "$http_host"),
        ("X-Forwarded-For", "$remote_addr"),
        ("X-Forwarded-Proto", "https"),
    ):
        assert f"proxy_set_header {name} {value};" in config


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not on this machine")
def test_nginx_takes_its_example(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=review",
         "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    example = block("nginx").replace("/etc/ssl/review", str(tmp_path))
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}; proxy_temp_path {tmp_path};"
        f" fastcgi_temp_path {tmp_path}; uwsgi_temp_path {tmp_path}; scgi_temp_path {tmp_path};\n"
        f"{example} }}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", str(config)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not on this machine")
def test_caddy_takes_its_example(tmp_path: Path) -> None:
    config = tmp_path / "Caddyfile"
    config.write_text(block("caddyfile"))
    command = ["caddy", "adapt", "--config", str(config), "--adapter", "caddyfile"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"127.0.0.1:8787"' in done.stdout
