"""What is wrong with a certificate, and what helps (pure)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

CLOCK = "Check this machine's clock; if it is right, whoever runs the server must renew the certificate"
OWN = (
    "If the server is your own (or Proton Bridge), save its certificate and connect again with "
    "--certificate FILE"
)
_EXPIRED, _SELF_SIGNED, _OTHER_HOST = (9, 10), (18, 19, 20, 21), (62, 64)
"""OpenSSL's numbers, from its manual page X509_STORE_CTX_get_error(3)."""


def distrusted(shown: str, error: ssl.SSLCertVerificationError, own: str = OWN) -> tuple[str, str]:
    """What is wrong with the certificate of the server called ``shown``, and what to do about it.

    ``own`` is what helps where nobody vouches for it.
    """
    code = error.verify_code
    if code in _EXPIRED:
        return f"the certificate of {shown} has expired or is not valid yet", CLOCK
    if code in _OTHER_HOST:
        remedy = "Connect with the name that the server's certificate has"
        return f"the certificate of {shown} is for another name", remedy
    if code in _SELF_SIGNED:
        return f"nobody whom this system trusts vouches for the certificate of {shown}", own
    return (
        f"the certificate of {shown} cannot be trusted: {error.verify_message}",
        "Ask whoever runs the server",
    )


def verification(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate that an HTTP library's error stands for; None where it is another one."""
    return next((one for one in _within(error) if isinstance(one, ssl.SSLCertVerificationError)), None)


def _within(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """An error, and those that it was made of."""
    yield error
    inner = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
    for one in inner if depth < 8 else ():
        if isinstance(one, BaseException):
            yield from _within(one, depth + 1)
