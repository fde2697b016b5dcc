"""What can go wrong with a call to AWS: not allowed, throttled, unreachable, or not even a caller."""

from __future__ import annotations

from typing import Any

from modules.semantics.secrets import masked
from ops.review.values import clipped, one_line

_LOG_IN = "set AWS_PROFILE, or log in again, for example with `aws sso login`"
_CREDENTIAL_CODES = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
# Exceptions of botocore by name: they are many, and have no common parent but the root.
_NO_CREDENTIALS = frozenset({"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"})
_NO_LOGIN = frozenset(
    {
        "LoginRefreshRequired",
        "LoginTokenLoadError",
        "SSOError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
_ABSENT_CODES = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown")
_DENIED = ("AccessDenied", "AuthorizationError", "UnauthorizedOperation", "NotAuthorized")


class Unread(Exception):  # noqa: N818  (it is no error of the program, and never reaches a user as such)
    """Something that could not be read.

    Attributes
    ----------
    action
        As IAM calls it, such as ``logs:DescribeLogGroups``.
    reason
        The rest of a sentence about the action.
    lasting
        Whether there is no use in trying it again now.
    """

    def __init__(self, action: str, reason: str, *, lasting: bool = False) -> None:
        super().__init__(f"{action} {reason}")
        self.action, self.reason, self.lasting = action, reason, lasting


def code_of(error: Exception) -> str:
    """AWS's own word for what is wrong; empty if AWS did not answer."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return str((response.get("Error") or {}).get("Code") or "")


def is_absent(error: Exception) -> bool:
    """Whether AWS says that there is no such thing."""
    return code_of(error) in _ABSENT_CODES


def unusable(error: Exception) -> str | None:
    """Why nothing can be asked with these credentials, in one line; `None` if they are fine."""
    name, code = type(error).__name__, code_of(error)
    if name in _NO_CREDENTIALS:
        return f"there are no AWS credentials: {_LOG_IN}"
    if name in _NO_LOGIN:
        return f"the login to AWS has ended: {_LOG_IN}"
    if name == "ProfileNotFound":
        return f"{_words(error)}; name a profile that exists"
    if code in _CREDENTIAL_CODES:
        return f"AWS does not take these credentials ({code}): {_LOG_IN}"
    return None


def unread(action: str, error: Exception) -> Unread:
    """A failed call, in words."""
    code = code_of(error)
    if any(word in code for word in _DENIED):
        return Unread(action, "is not allowed")
    if any(word in code for word in _THROTTLED):
        return Unread(action, "was throttled, again and again; run this later", lasting=True)
    if not code:
        return Unread(action, f"got no answer: {_words(error)}", lasting=True)
    return Unread(action, f"failed: {_words(error)}")


def _words(error: Exception) -> str:
    return clipped(masked(one_line(str(error))))
