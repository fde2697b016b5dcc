"""The kinds of text that configuration may hold, and days, which it holds as text."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from modules import facts

_TEMPLATE = re.compile(r"[$%]\{")
# The key of an object that JavaScript keeps for itself: jsii refuses it in a map.
_RESERVED = "__proto__"


@dataclass(frozen=True)
class Kind:
    """A kind of text, for our messages and for the editor's schema alike.

    Attributes
    ----------
    wanted
        What it is, as messages say it: "... is not <wanted>".
    pattern
        What the whole text matches, in words that Python and ECMAScript share.
    longest
        The most characters.
    """

    wanted: str
    pattern: str
    longest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Text, then our own check."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The same for editors."""
        limits = {"minLength": 1, "maxLength": self.longest}
        return handler(schema) | limits | {"pattern": f"^(?:{self.pattern})$"}

    def check(self, text: str) -> str:
        """The text, if it is of this kind."""
        if not text.strip():
            raise ValueError("is empty; give it a value")
        hidden = next((sign for sign in text if not sign.isprintable()), None)
        if hidden is not None:
            raise ValueError(f"has a character that cannot be printed (U+{ord(hidden):04X}); take it out")
        if _TEMPLATE.search(text):
            raise ValueError("has '${' or '%{', which Terraform would take for a template; take it out")
        if len(text) > self.longest:
            raise ValueError(f"has {len(text)} characters; at most {self.longest} are possible")
        if text == _RESERVED:
            raise ValueError("is a name that JavaScript keeps for itself, and CDKTF with it; choose another")
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"is not {self.wanted}")
        return text


def _words(signs: str, separator: str) -> str:
    """Runs of signs with one separator between two."""
    return f"[{signs}]+(?:{separator}[{signs}]+)*"


_HOST = _words("A-Za-z0-9", "-+")
_MAILBOX = _words("A-Za-z0-9_+%&='-", "[.]")

Text = Annotated[str, Kind("text", r".*", 500)]
Word = Annotated[str, Kind("a word of letters, digits and _ . @ -", r"[A-Za-z0-9_.@-]+", 100)]
Slug = Annotated[
    str,
    Kind(
        "a name in lower case with hyphens, such as 'scheduling-actions'",
        r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        40,
    ),
]
AlarmKey = Annotated[
    str, Kind("an alarm's key, such as 'lambda-errors'", r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", 120)
]
FunctionName = Annotated[
    str, Kind("a Lambda function name (letters, digits, _ and -)", r"[A-Za-z0-9_-]+", 64)
]
TopicName = Annotated[str, Kind("a topic's name (letters, digits, _ and -)", r"[A-Za-z0-9_-]+", 256)]
Email = Annotated[
    str,
    Kind("an e-mail address", rf"{_MAILBOX}@{_HOST}(?:[.]{_HOST})+", 254),
]
Account = Annotated[str, Kind("an account id: 12 digits in quotes", r"[0-9]{12}", 12)]
AliasArn = Annotated[
    str,
    Kind(
        "an agent alias ARN (arn:aws:bedrock:REGION:ACCOUNT:agent-alias/AGENTID/ALIASID)",
        r"arn:aws[a-z-]*:bedrock:[a-z0-9-]+:[0-9]{12}:agent-alias/[A-Z0-9]{10}/[A-Z0-9]{10}",
        150,
    ),
]
ModelId = Annotated[str, Kind("a model id or inference profile id", r"[A-Za-z0-9.:/_-]+", 1024)]
Identifier = Annotated[
    str,
    Kind("a database identifier (letters, digits and single hyphens)", r"[a-zA-Z](?:-?[a-zA-Z0-9])*", 63),
]
MetricName = Annotated[str, Kind("a metric name (letters, digits, _ . / -)", r"[A-Za-z0-9_./ -]+", 255)]
_LOG_KEY = r"(?:[A-Za-z_][A-Za-z0-9_]*|\['[A-Za-z0-9_.@:/-]+'\])"
LogField = Annotated[
    str,
    Kind(
        "a log field such as level, log.level (level inside of log) or ['log.level'] (one key with a dot)",
        rf"{_LOG_KEY}(?:[.]{_LOG_KEY})*",
        100,
    ),
]
LogWord = Annotated[str, Kind("a word of letters, digits and _ . : / -", r"[A-Za-z0-9_.:/-]+", 100)]
# Letters and digits of every script: the pattern, which editors share, takes all that is not ASCII.
_TAG_TEXT = r"(?:[A-Za-z0-9 _.:/=+@-]|[^\x00-\x7F])+"


def _tag(text: str) -> str:
    for char in text.replace("*", ""):
        if not facts.is_tag_text(char):
            name = unicodedata.name(char, "a character without a name")
            text = f"has {name} (U+{ord(char):04X}); use letters, digits, spaces and _ . : / = + - @"
            raise ValueError(text)
    return text


TagKey = Annotated[
    str,
    Kind("a tag key (not beginning with 'aws:')", rf"(?![aA][wW][sS]:){_TAG_TEXT}", 128),
    AfterValidator(_tag),
]
TagValue = Annotated[
    str,
    Kind("a tag value (letters, digits and _ . : / = + - @)", _TAG_TEXT, 256),
    AfterValidator(_tag),
]
TagPattern = Annotated[
    str,
    Kind("a tag value, with * as wildcard", _TAG_TEXT.replace("@-", "@*-"), 256),
    AfterValidator(_tag),
]
Url = Annotated[str, Kind("a web address beginning with https://", r"https?://[^\s]+", 300)]
Bucket = Annotated[
    str, Kind("a bucket name (3 to 63 of a-z, 0-9, . and -)", r"[a-z0-9][a-z0-9.-]+[a-z0-9]", 63)
]
KeyPrefix = Annotated[str, Kind("a key prefix such as 'monitoring/agents'", _words("A-Za-z0-9_.-", "/"), 200)]
Clock = Annotated[str, Kind("a time of day such as '08:00'", r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", 5)]
Host = Annotated[str, Kind("a host name such as 'hooks.slack.com'", _words("A-Za-z0-9", "[.-]"), 253)]
AlarmPattern = Annotated[
    str, Kind("an alarm's key, such as 'lambda-errors', with * as wildcard", r"[a-z0-9*-]+", 120)
]

DimensionName = Annotated[
    str, Kind("a dimension's name (letters, digits, _ . / -)", r"[A-Za-z0-9_./ -]+", 255)
]
DimensionValue = Annotated[
    str, Kind("a dimension's value in printable ASCII", r"[!-~](?:[ -~]*[!-~])?", 1024)
]
File = Annotated[
    str,
    Kind(
        "a file below the project's folder, such as 'config/rds.pem'",
        r"(?!/)(?!.*[.][.])[A-Za-z0-9_./-]+",
        200,
    ),
]
SecretArn = Annotated[
    str,
    Kind(
        "a secret's ARN (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf)",
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}",
        600,
    ),
]
ResourceId = Annotated[
    str, Kind("a resource id such as 'db-ABCDEFGHIJKL01234'", r"(?:db|cluster|prx)-[A-Za-z0-9]+", 64)
]
SubnetId = Annotated[str, Kind("a subnet id such as 'subnet-0a1b2c3d'", r"subnet-[0-9a-f]{8,17}", 24)]
SecurityGroupId = Annotated[str, Kind("a security group id such as 'sg-0a1b2c3d'", r"sg-[0-9a-f]{8,17}", 20)]


@cache
def _zones() -> frozenset[str]:
    """The time zones that have the same meaning everywhere; finding them walks through a folder."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError("is not a time zone; write it as 'Europe/Berlin' or 'UTC'")
    return text


TimeZone = Annotated[Text, AfterValidator(_zone)]


def _region(text: str) -> str:
    if text not in facts.regions():
        close = difflib.get_close_matches(text, facts.regions())
        # Letters that changed places are the most likely error: "esat" is "east", though it resembles "west".
        close.sort(key=lambda region: sorted(region) != sorted(text))
        meant = f" Did you mean {close[0]!r}?" if close else ""
        new = "If AWS has added it recently, add it to modules/facts/regions.yaml"
        raise ValueError(f"is not a known AWS region.{meant} {new}")
    return text


def _partition(text: str) -> str:
    if text not in _partition_names():
        raise ValueError(f"is not one of {', '.join(map(repr, _partition_names()))}")
    return text


def _partition_names() -> list[str]:
    return [partition.name for partition in facts.partitions()]


Region = Annotated[
    str,
    Kind("an AWS region such as 'us-east-1'", r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]", 30),
    AfterValidator(_region),
    Field(json_schema_extra=lambda schema: schema.update({"enum": list(facts.regions())})),
]
Partition = Annotated[
    str,
    AfterValidator(_partition),
    Field(json_schema_extra=lambda schema: schema.update({"enum": _partition_names()})),
]


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day)]
