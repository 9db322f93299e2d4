"""Unpacking of bodies (gzip, deflate, br, zstd), with words for what cannot be unpacked."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.errors import ExtractionError, GuardError
from crawler.failures import too_large


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's, which stops at ``DOWNLOAD_MAXSIZE`` (a request's own: ``download_maxsize``)."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ANN401, ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Return the response with its body unpacked.

        :raises GuardError: there is more in it than is read
        :raises ExtractionError: it is broken, or packed in a way that it does not say
        """
        try:
            unpacked: Request | Response = super().process_response(request, response)
        except IgnoreRequest as error:
            raise GuardError(f"{too_large(str(error))} (it was packed)") from error
        except Exception as error:  # each of the four libraries raises what it likes
            packing = (response.headers.get("Content-Encoding") or b"").decode("latin-1")[:40]
            raise ExtractionError(f"the answer cannot be unpacked ({packing!a})") from error
        return unpacked
