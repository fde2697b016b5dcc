"""The kinds of text that configuration may hold."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

_TEMPLATE = re.compile(r"[$%]\{")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _plain(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; give it a value")
    if _CONTROL.search(text):
        raise ValueError("has a control character; take it out")
    if _TEMPLATE.search(text):
        raise ValueError("has '${' or '%{', which Terraform would take for a template; take it out")
    return text


def _matching(pattern: str, wanted: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"is not {wanted}")
        return text

    return AfterValidator(check)



Text = Annotated[str, AfterValidator(_plain), StringConstraints(max_length=500)]
Word = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"[A-Za-z0-9_.@-]{1,100}", "a word of letters, digits and _ . @ -"),
]
Slug = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "a name in lower case with hyphens, such as 'scheduling-actions'"),
    StringConstraints(max_length=40),
]
FunctionName = Annotated[
    str, AfterValidator(_plain), _matching(r"[A-Za-z0-9_-]{1,64}", "a Lambda function name (letters, digits, _ and -)")
]
Email = Annotated[
    str, AfterValidator(_plain), _matching(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+", "an e-mail address")
]
Account = Annotated[str, AfterValidator(_plain), _matching(r"\d{12}", "an account id: 12 digits in quotes")]
Region = Annotated[
    str, AfterValidator(_plain), _matching(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region such as 'us-east-1'")
]
AliasArn = Annotated[
    str,
    AfterValidator(_plain),
    _matching(
        r"arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:agent-alias/[A-Z0-9]{10}/[A-Z0-9]{10}",
        "an agent alias ARN (arn:aws:bedrock:REGION:ACCOUNT:agent-alias/AGENTID/ALIASID)",
    ),
]
ModelId = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"[A-Za-z0-9.:/_-]{1,1024}", "a model id or inference profile id"),
]
Identifier = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"[a-zA-Z](-?[a-zA-Z0-9])*", "a database identifier (letters, digits and single hyphens)"),
    StringConstraints(max_length=63),
]
MetricName = Annotated[
    str, AfterValidator(_plain), _matching(r"[A-Za-z0-9_./ -]{1,255}", "a metric name (letters, digits, _ . / -)")
]
LogField = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", "a log field such as 'level' or 'http.status'"),
]
LogWord = Annotated[
    str, AfterValidator(_plain), _matching(r"[A-Za-z0-9_.:/-]{1,100}", "a word of letters, digits and _ . : / -")
]
TagKey = Annotated[
    str,
    AfterValidator(_plain),
    _matching(r"(?!(?i:aws:))[A-Za-z0-9 _.:/=+@-]{1,128}", "a tag key (not beginning with 'aws:')"),
]
TagValue = Annotated[
    str, AfterValidator(_plain), _matching(r"[A-Za-z0-9 _.:/=+@-]{1,256}", "a tag value (letters, digits and _ . : / = + - @)")
]
TagPattern = Annotated[
    str, AfterValidator(_plain), _matching(r"[A-Za-z0-9 _.:/=+@*-]{1,256}", "a tag value, with * as wildcard")
]
Url = Annotated[str, AfterValidator(_plain), _matching(r"https?://[^\s]+", "a web address beginning with https://")]
PositiveInt = Annotated[int, Field(ge=1)]
