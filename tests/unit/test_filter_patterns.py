"""Filter patterns do what the CloudWatch Logs user guide says of them."""

from __future__ import annotations

import json

import pytest

from modules.errors import MonitoringError
from modules.semantics import PatternError, metric_dimensions, metric_value, parse_pattern

TRAIL = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "cluster.name": "c",
        "ThisFlag": True,
        "ThatFlag": False,
        "errorCode": 404,
        "status": "404",
        "latency": 55.5,
        "tiny": -1e-3,
        "empty": "",
    }
)

USERS = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)

APACHE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
SERVICE_GET = "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200"
SERVICE_PART = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310"
SERVICE_ERROR = "ERROR 09/25/2014 12:00:02 Failed to process request"
REPORT = "REPORT RequestId: 0d5a\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 128 MB"

CHAT_LINE = {
    "timestamp": "2025-10-17T12:00:00.123Z",
    "level": "INFO",
    "logger": "app.api.chat",
    "message": "chat_response_sent",
    "session_id": "550e8400-e29b-41d4-a716-446655440000",
    "response_length": 150,
    "processing_time_ms": 850,
    "customer_id": "1645975",
}
WRITERS = {
    "spaced": json.JSONEncoder(),
    "compact": json.JSONEncoder(separators=(",", ":")),
    "pretty": json.JSONEncoder(indent=2),
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ('{ $.eventType = "updatetrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress != 111.111.* }", False),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[2] = "value" }', False),
        ('{ $.eventType[0] = "value" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[0].id = 2 }", False),
        ("{ $.objectList[*].id = 2 }", True),
        ("{ $.objectList[*].id = 3 }", False),
        ("{ $.eventType = %Trail% }", True),
        ("{ $.eventType = %^Trail% }", False),
        ("{ $.arrayKey[*] = %val.{2}% }", True),
        (r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }", True),
        (r"{ $.* = %112\.111\.111\.1[0-9]{1,2}% }", False),
        ("{ $.['cluster.name'] = \"c\" }", True),
        ('{ $.cluster.name = "c" }', False),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.eventType IS NULL }", False),
        ("{ $.SomeOtherObject IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.arrayKey NOT EXISTS }", False),
        ("{ $.arrayKey[2] NOT EXISTS }", True),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.ThatFlag IS FALSE }", True),
        ("{ $.eventType IS TRUE }", False),
    ],
)
def test_json_selector_and_keyword(pattern: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(TRAIL) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("{ $.errorCode = 404 }", True),
        ("{ $.errorCode = 404.0 }", True),
        ("{ $.errorCode = 4.04e+2 }", True),
        ("{ $.errorCode = 4* }", True),
        ('{ $.errorCode = "404" }', True),
        ("{ $.errorCode = 5* }", False),
        ("{ $.errorCode != 500 }", True),
        ("{ $.errorCode != 404 }", False),
        ("{ $.errorCode > +403 }", True),
        ("{ $.errorCode > 404 }", False),
        ("{ $.errorCode >= 404 }", True),
        ("{ $.errorCode < 404 }", False),
        ("{ $.errorCode <= 404 }", True),
        ("{ $.latency <= 55.5 }", True),
        ("{ $.latency < 10e-3 }", False),
        ("{ $.tiny = -1e-3 }", True),
        ("{ $.tiny < 0 }", True),
        ("{ $.status = 404 }", True),
        ("{ $.status != 404 }", False),
        ("{ $.status > 400 }", False),
        ('{ $.empty = "" }', True),
        ('{ $.eventType = "" }', False),
    ],
)
def test_json_numbers_compare_by_value_and_texts_as_written(pattern: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(TRAIL) is matches


@pytest.mark.parametrize("field", ["SomeOtherObject", "SomeObject", "ThisFlag", "arrayKey", "objectList[0]"])
@pytest.mark.parametrize("comparison", ["= 1", "!= 1", '= "x"', '!= "x"', "= *", "> 0", "= %.%"])
def test_what_is_no_text_or_number_passes_no_comparison(field: str, comparison: str) -> None:
    assert not parse_pattern(f"{{ $.{field} {comparison} }}").matches(TRAIL)


@pytest.mark.parametrize(
    ("operand", "text", "matches"),
    [
        ('"*Event"', "PutEvent", True),
        ('"*Event"', "EventId", False),
        ('"Event*"', "EventName", True),
        ('"Event*"', "PutEvent", False),
        ('"*vent*"', "PutEvents", True),
        ('"Ev*ent"', "Ev*ent", True),
        ('"Ev*ent"', "Evident", False),
        ("*", "anything", True),
        ('"*"', "", True),
        (r'"say \"hi\" \\o"', 'say "hi" \\o', True),
    ],
)
def test_asterisk_stands_for_anything_at_either_end(operand: str, text: str, matches: bool) -> None:
    assert parse_pattern(f"{{ $.v = {operand} }}").matches(json.dumps({"v": text})) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch'
            " && $.actions[2] = nomatch }",
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch)'
            " && $.actions[2] = nomatch }",
            False,
        ),
        ("{ $.coordinates[1][2] = 6 }", True),
        ("{$.user.id=1&&$.actions[0]=GET}", True),
        ("{ $.actions[0] = PUT && $.user.id = 1 || $.user.id = 1 }", True),
    ],
)
def test_and_binds_tighter_than_or(pattern: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(USERS) is matches


@pytest.mark.parametrize(
    "event", ["", "v", "1", '"v"', "null", "[1]", '[{"v": 1}]', "{broken", 'INFO {"v": 1}', '{"v": NaN}']
)
def test_event_that_is_not_a_json_object_never_matches_a_json_pattern(event: str) -> None:
    assert not parse_pattern("{ $.w NOT EXISTS }").matches(event)


# Recorded answers of TestMetricFilter, with the events that match and those that do not. Their source
# is named in modules/semantics/patterns.py.
@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("{ $.['a.b'] = 2 }", ['{"a.b": 2}'], ['{"a": {"b": 2}}']),
        ("{ $.a[*] = 2 }", ['{"a": [1, 2]}', '{"a": {"x": 1, "y": 2}}'], ['{"a": [1]}', '{"a": 2}']),
        ("{ $.a.* = 2 }", ['{"a": [1, 2]}', '{"a": {"x": 1, "y": 2}}'], ['{"a": {"x": 1}}', '{"a": 2}']),
        (
            "{ $.a[*] != 2 }",
            [
                '{"a": [1]}',
                '{"a": [[2]]}',
                '{"a": [true, null]}',
                '{"a": [{"b": 2}]}',
                '{"a": []}',
                '{"a": 2}',
            ],
            ['{"a": [1, 2]}', '{"a": ["2"]}', '{"a": {"x": 2, "y": 1}}', "{}"],
        ),
        (
            "{ $.a[*].b != 2 }",
            ['{"a": [{}]}', '{"a": [{"b": 1}]}', '{"a": true}', '{"a": [null]}'],
            ['{"a": [{"b": 2}, {"b": 1}]}', "{}"],
        ),
        ("{ $.a[*] NOT EXISTS }", ['{"a": {}}', '{"a": 2}', "{}"], ['{"a": {"b": 2}}', '{"a": [null]}']),
        ("{ $.a IS NULL }", ['{"a": null}', '{"a": [null, 2]}'], ['{"a": [[null]]}', '{"a": [{"b": null}]}']),
        ("{ $.a[*] IS NULL }", ['{"a": [null]}'], ['{"a": null}', '{"a": [[null]]}']),
        ("{ $.a is null }", ['{"a": null}', '{"a": [null, 2]}'], ["{}", '{"a": "null"}']),
        ("{ $.a IS TRUE }", ['{"a": true}'], ['{"a": [true]}', '{"a": "true"}']),
        ("{ $.a = true }", ['{"a": "true"}'], ['{"a": true}']),
        ("{ $.a = 0 }", ['{"a": 0.0}', '{"a": -0.0}', '{"a": 1e-999}'], ['{"a": "1e-999"}', '{"a": "0.0"}']),
        ("{ $.a = 1e-999 }", [], ['{"a": 1e-999}', '{"a": 0}']),
        ("{ $.a > 1e-999 }", ['{"a": 1}'], ['{"a": 1e-999}', '{"a": 0}']),
        ("{ $.a = 1e309 }", ['{"a": "1e309"}'], ['{"a": 1e309}', '{"a": 1}']),
        ("{ $.a > 1e307 }", ['{"a": 1e308}'], ['{"a": 1e309}', '{"a": "1e308"}']),
        ("{ $.a != 1 }", ['{"a": 1e3}', '{"a": "1e309"}', '{"a": "01"}'], ['{"a": 1e309}', '{"a": 1.0}']),
        ("{ $.a = * }", ['{"a": 1e309}', '{"a": ""}'], ['{"a": null}', '{"a": true}', '{"a": [1]}']),
        ('{ $.a = "1e0" }', ['{"a": "1e0"}'], ['{"a": 1e0}', '{"a": 1}']),
        ("{ $.a = %1% }", ['{"a": 1e3}', '{"a": "1e309"}'], ['{"a": 1e309}', '{"a": 1e-999}']),
        ("{ $.a = 9007199254740993 }", ['{"a": 9007199254740993}'], ['{"a": 9007199254740992}']),
        ("{ $.missing NOT EXISTS }", ["{}", '{"a": 1}'], ["[1, 2]", '{"a": 2} trailing']),
        ("%a.b%", ["a-b", "a b"], ["a\nb", "a\rb", "a\u2028b"]),
        ("%a\\sb%", ["a b", "a\nb"], ["a-b"]),
        ("%a+?%", ["aaaa", "cat"], ["ERROR"]),
        ('" "', ["two words", " "], ["x"]),
        ("café", ["café"], ["cafe"]),
        ("a.b", ["a.b"], ["a b"]),
        ("a-b", ["a"], ["b", "a-b", "ab", "a b"]),
        ("a?b", ["a?b", "a b", "a"], ["b"]),
        ("[a, rest=%c $%]", ["a  b   c "], ["a b c"]),
        ("[a, b=y]", ["x y ", "x [y] ", 'x "y" '], ["x  ", "x y z"]),
    ],
)
def test_recorded_answer_of_aws(pattern: str, matching: list[str], others: list[str]) -> None:
    parsed = parse_pattern(pattern)
    assert [event for event in (*matching, *others) if parsed.matches(event)] == matching


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ("", "anything", True),
        ("  ", "", True),
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "Exiting with ERRORCODE: -1", True),
        ("ERROR", "error", False),
        ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", True),
        ("ERROR ARGUMENTS", "ARGUMENTS with an ERROR", True),
        ("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", False),
        ("?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST", True),
        ("?ERROR ?ARGUMENTS", "[INFO] INVALID ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "[INFO] OK", False),
        ("?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED", True),
        ("?ERROR ?ARGUMENTS REQUEST", "[ERROR] MISSING ARGUMENTS", False),
        ("?ERROR -ARGUMENTS", "[INFO] OK", True),
        ("?ERROR -ARGUMENTS", "[ERROR] MISSING ARGUMENTS", False),
        ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
        ('"INTERNAL SERVER ERROR"', "INTERNAL ERROR OF A SERVER", False),
        ("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", True),
        ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", False),
        ("-ERROR", "all is well", True),
        ("-ERROR", "an ERROR", False),
        ('ERROR -"BAD REQUEST"', "ERROR BAD REQUEST", False),
        ('ERROR -"BAD REQUEST"', "ERROR REQUEST BAD", True),
        ('?"a b" ?c', "x a b y", True),
    ],
)
def test_terms(pattern: str, event: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(event) is matches


@pytest.mark.parametrize(
    ("expression", "event", "matches"),
    [
        ("AUTHORIZED", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        ("AUTHORIZED", "[OK 200] authorized", False),
        ("^[hc]at", "hat", True),
        ("^[hc]at", "a hat", False),
        ("[hc]at$", "a cat", True),
        ("[hc]at$", "cats", False),
        ("[hc]at$", "a cat\n", False),
        ("colou?r", "color", True),
        ("^[abcx-z]$", "y", True),
        ("^[abcx-z]$", "d", False),
        ("^a{3,5}$", "aaaa", True),
        ("^a{3, 5}$", "aa", False),
        ("^a{,2}$", "aaa", False),
        ("^a{2,}$", "aaaa", True),
        ("^a{2}$", "aaa", False),
        ("^starting|^initializing|^shutting down", "shutting down", True),
        ("^starting|^initializing|^shutting down", "skipping initializing", False),
        ("abcc|ab[^c]$", "aba", True),
        ("abcc|ab[^c]$", "aac", False),
        (r"\[.\]", "[7]", True),
        (r"\[.\]", "7", False),
        (r"10\.10\.0\.1", "10.10.0.1", True),
        (r"10\.10\.0\.1", "10010,051", False),
        ("10.10.0.1", "10010,051", True),
        ("ab*c", "ac", True),
        ("ab+c", "ac", False),
        (r"^\d\D\s\S\w\W$", "1a b_-", True),
        (r"^\w$", "é", False),
        (r"\x3A", "key:value", True),
        (r"\x28", "f(x)", True),
        ("}$", '{"Message": Success}', True),
        ("^[a||b]$", "|", True),
    ],
)
def test_regular_expression_alone(expression: str, event: str, matches: bool) -> None:
    assert parse_pattern(f"%{expression}%").matches(event) is matches


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ("[]", APACHE, True),
        ("[]", "", True),
        ("[ip, user, username, timestamp, request, status_code, bytes]", APACHE, True),
        ("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", APACHE, True),
        (r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request, status, bytes]", APACHE, True),
        (r"[ip=%128\.0\.0\.[1-9]%, user, username, timestamp, request, status, bytes]", APACHE, False),
        ("[..., request =*.html*, status_code = 4*, bytes]", APACHE, True),
        ("[..., request =*.html*, status_code = 4*,]", APACHE, True),
        ("[..., request =*.html*, status_code = 5*, bytes]", APACHE, False),
        ("[..., status_code = 404 || status_code = 410, bytes]", APACHE, True),
        ("[..., status_code = 403 || status_code = 410, bytes]", APACHE, False),
        ("[..., status = 4* && status != 403, bytes]", APACHE, True),
        ("[..., status = 4* && status != 404, bytes]", APACHE, False),
        ("[..., status = 5* && status = 4* || status = 404, bytes]", APACHE, True),
        ("[..., bytes > 1000]", APACHE, True),
        ("[..., bytes > 1534]", APACHE, False),
        ("[..., bytes >= 1534.0 && bytes <= 1.534e3]", APACHE, True),
        ("[ip, ..., bytes = 1534]", APACHE, True),
        ("[ip = 127.0.0.1, user, ...]", APACHE, True),
        ("[ip, user = frank, ...]", APACHE, False),
        ('[..., request = "GET /index.html HTTP/1.0", status, bytes]', APACHE, True),
        ('[..., at = "10/Oct/2000:13:25:15 -0700", request, status, bytes]', APACHE, True),
        ("[w1=ERROR, w2]", SERVICE_ERROR, True),
        ("[w1=ERROR, w2]", SERVICE_GET, False),
        ("[w1=ERROR, w2]", "ERROR", False),
        ("[w1=ERROR, w2]", "ERROR\u00a0request", False),
        ("[w1, w2=%ng$%]", "ERROR something wro ng", True),
        ("[w1=ERROR, ...]", "ERROR", True),
        ("[w1=ERROR]", SERVICE_ERROR, False),
        ("[w1=ERROR*]", SERVICE_ERROR, True),
        ("[w1=ERROR || w1=WARNING, w2]", "WARNING Invalid user request", True),
        ("[w1!=ERROR && w1!=WARNING, w2]", SERVICE_GET, True),
        ("[w1!=ERROR && w1!=WARNING, w2]", SERVICE_ERROR, False),
        ("[level, date, time, method, url=%/service/resource/[0-9]+$%, ms]", SERVICE_GET, True),
        ("[level, date, time, method, url=%/service/resource/[0-9]+$%, ms]", SERVICE_PART, False),
        ("[level, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, ms]", SERVICE_PART, True),
        ("[a, b, c, d, e, f, g, h]", APACHE, False),
        ("[a, b, c, d, ..., e, f, g, h]", APACHE, False),
        ('[a=REPORT, b="RequestId:", id, c="Duration:", ms > 100, unit=ms, ...]', REPORT, True),
        ('[word = "unclosed", ...]', '"unclosed', False),
        ("[first > 1, ...]", "word 5", False),
        ("[first != 1, ...]", "word 5", True),
    ],
)
def test_space_delimited(pattern: str, event: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(event) is matches


@pytest.mark.parametrize(
    ("pattern", "value", "event", "published"),
    [
        ("{ $.latency = * }", "$.latency", '{"latency": 50, "requestType": "GET"}', 50.0),
        ("{ $.latency = * }", "$.latency", '{"latency": -2.5e1}', -25.0),
        ("{ $.latency = * }", "$.latency", '{"latency": "50"}', None),
        ("{ $.latency = * }", "$.latency", '{"latency": "high"}', None),
        ("{ $.latency = * }", "$.latency", '{"latency": true}', None),
        ("{ $.latency > 60 }", "$.latency", '{"latency": 50}', None),
        ("{ $.latency = * }", "$.other", '{"latency": 50}', None),
        ("{ $.a[*] = * }", "$.a[1]", '{"a": [1, 2]}', 2.0),
        ("{ $.latency = * }", "$.latency", '{"latency": 1e400}', None),
        ("{ $.latency = * }", "$.latency", '{"latency": 1e9999999999999999999}', None),
        ("ERROR", "1", "an ERROR", 1.0),
        ("ERROR", "0.5", "fine", None),
        ("%ERR%", "-1e1", "an ERROR", -10.0),
        ("[..., bytes]", "$bytes", APACHE, 1534.0),
        ("[..., bytes]", "$6", APACHE, 404.0),
        ("[..., bytes]", "$1", APACHE, None),
        ("[..., bytes]", "$8", APACHE, None),
        ("[a, rest]", "$rest", "1 2 3", None),
        ("[a, rest]", "$rest", "1 2", 2.0),
        ("[a > 1, rest]", "$rest", "1 2", None),
    ],
)
def test_metric_value(pattern: str, value: str, event: str, published: float | None) -> None:
    assert metric_value(parse_pattern(pattern), value, event) == published


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("", "one"),
        ("", ""),
        ("", "nan"),
        ("", "1e309"),
        ("ERROR", "$.a"),
        ("%E%", "$1"),
        ("{ $.a = 1 }", "$.a b"),
        ("{ $.a = 1 }", "$a"),
        ("{ $.a[*] = * }", "$.a[*]"),
        ("{ $.a = 1 }", "$.*"),
        ("[a]", "$.a"),
        ("[a, ...]", "$unknown"),
        ("[a,]", "$"),
    ],
)
def test_metric_value_that_is_neither_number_nor_one_field_is_rejected(pattern: str, value: str) -> None:
    with pytest.raises(PatternError, match=r"expected (a |the end)"):
        metric_value(parse_pattern(pattern), value, "1")


# Recorded series: 3 for each match and 7 for each other event, in any order and over several batches.
@pytest.mark.parametrize("events", [["ERROR", "INFO", "ERROR"], ["INFO", "ERROR"]])
def test_default_counts_for_each_event_that_does_not_match(events: list[str]) -> None:
    pattern = parse_pattern("ERROR")
    values = [metric_value(pattern, "3", event, 7.0) for event in events]
    assert values == [3.0 if event == "ERROR" else 7.0 for event in events]


@pytest.mark.parametrize(
    ("event", "with_default", "without"),
    [
        ({"probe": "value"}, 7.0, None),
        ({"probe": "value", "value": None}, 7.0, None),
        ({"probe": "value", "value": "not-a-number"}, None, None),
        ({"probe": "value", "value": 3}, 3.0, 3.0),
        ({"other": "value"}, 7.0, None),
    ],
)
def test_default_counts_for_a_match_without_the_field(
    event: dict[str, object], with_default: float | None, without: float | None
) -> None:
    pattern, line = parse_pattern('{ $.probe = "value" || $.value = * }'), json.dumps(event)
    assert metric_value(pattern, "$.value", line, 7.0) == with_default
    assert metric_value(pattern, "$.value", line) == without


@pytest.mark.parametrize(
    ("event", "dimensions"),
    [
        ({"a": "alpha", "b": 2}, {"A": "alpha", "B": "2"}),
        ({"a": "alpha"}, {}),
        ({"a": "alpha", "b": None}, {}),
        ({"b": "beta"}, {}),
        ({}, {}),
    ],
)
def test_event_without_a_field_goes_to_the_series_without_dimensions(
    event: dict[str, object], dimensions: dict[str, str]
) -> None:
    pattern = parse_pattern("{ $.probe NOT EXISTS || $.a = * || $.b = * }")
    assert metric_dimensions(pattern, {"A": "$.a", "B": "$.b"}, json.dumps(event)) == dimensions


@pytest.mark.parametrize(
    ("pattern", "tested", "untested"),
    [
        ("ERROR ?x", (), ("$ERROR", "$1")),
        ("[ip, ..., status = 4* || status = 5*, , bytes]", ("$ip", "$status", "$bytes"), ("$", "ip", "$1")),
        ('{ ($.a = 1 || $.b[0].c != "x") && $.a IS NULL }', ("$.a", "$.b[0].c"), ("$.b", "$.b[1].c")),
        ("{ $.['x.y'].['z'] = 1 }", ("$.['x.y'].z", "$.['x.y'].['z']"), ("$.x.y.z",)),
        ("{ $.a[*].b = 1 || $.* = 2 }", ("$.a[*].b", "$.a.*.b", "$.*"), ("$.a.b",)),
    ],
)
def test_fields_of_a_pattern(pattern: str, tested: tuple[str, ...], untested: tuple[str, ...]) -> None:
    parsed = parse_pattern(pattern)
    assert all(parsed.tests(reference) for reference in tested)
    assert not any(parsed.tests(reference) for reference in untested)


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
class TestSetupGuide:
    """The setup guide's bracket patterns against the JSON line that it documents."""

    def test_its_error_pattern_misses_an_error(self, writer: json.JSONEncoder) -> None:
        error = writer.encode({**CHAT_LINE, "level": "ERROR"})
        assert metric_value(parse_pattern("[timestamp, level=ERROR, ...]"), "1", error) is None
        assert metric_value(parse_pattern('{ $.level = "ERROR" }'), "1", error) == 1.0

    def test_its_success_pattern_misses_a_success(self, writer: json.JSONEncoder) -> None:
        guide = parse_pattern('[timestamp, level=INFO, msg="chat_response_sent", ...]')
        ours = parse_pattern('{ ($.level = "INFO") && ($.message = "chat_response_sent") }')
        assert metric_value(guide, "1", writer.encode(CHAT_LINE)) is None
        assert metric_value(ours, "1", writer.encode(CHAT_LINE)) == 1.0

    def test_its_latency_pattern_extracts_nothing(self, writer: json.JSONEncoder) -> None:
        guide = parse_pattern("[timestamp, level, msg, latency_ms=latency_ms*, ...]")
        ours = parse_pattern('{ ($.message = "chat_response_sent") && ($.processing_time_ms >= 0) }')
        assert metric_value(guide, "$latency_ms", writer.encode(CHAT_LINE)) is None
        assert metric_value(ours, "$.processing_time_ms", writer.encode(CHAT_LINE)) == 850.0


def test_the_guides_latency_condition_is_a_text_test_and_no_capture() -> None:
    guide = parse_pattern("[timestamp, level, msg, latency_ms=latency_ms*, ...]")
    line = "2025-10-17 INFO sent latency_ms=850"
    assert guide.matches(line)
    assert metric_value(guide, "$latency_ms", line) is None


def test_the_guides_patterns_do_what_they_say_on_plain_words() -> None:
    assert parse_pattern("[timestamp, level=ERROR, ...]").matches("2025-10-17T12:00:00Z ERROR it broke")


@pytest.mark.parametrize(
    ("pattern", "column", "actual", "expected"),
    [
        ("{}", 2, "'}'", "a selector"),
        ("{ $.a = 1", 10, "the end", 'a final "}"'),
        ("{ $.a = 1 } x", 11, "'} x'", 'a final "}"'),
        ("{ ($.a = 1 }", 12, "'}'", '")"'),
        ("{ $.a = 1) }", 10, "') }'", 'a final "}"'),
        ("{ a = 1 }", 3, "'a = 1 }'", "a selector"),
        ("{ $ = 1 }", 3, "'$ = 1 }'", "a selector"),
        ("{ $..a = 1 }", 4, "'..a = 1 }'", "a selector"),
        ("{ $.a[-1] = 1 }", 6, "'[-1] = 1 }'", "one of ="),
        ("{ $.a }", 7, "'}'", "NOT EXISTS"),
        ("{ $.a EXISTS }", 7, "'EXISTS }'", "NOT EXISTS"),
        ("{ $.a IS NOT NULL }", 7, "'IS NOT NULL }'", "IS NULL"),
        ("{ $.a = null }", 9, "'null }'", "other than null"),
        ("{ $.a != NULL }", 10, "'NULL }'", "other than null"),
        ("{ $.a = 1e2147483648 }", 9, "'1e2147483648 }'", "an exponent of at most 2147483647"),
        ("{ $.a = 1e-2147483648 }", 9, "'1e-2147483648 }'", "an exponent of at most 2147483647"),
        ("{ $['a'] = 1 }", 3, "\"$['a'] = 1 }\"", "a selector"),
        ('{ $.["a"] = 1 }', 4, "'.[\"a\"] = 1 }'", "a selector"),
        ("{ $.a['b'] = 1 }", 6, "\"['b'] = 1 }\"", "one of ="),
        ("{ $[1] = 1 }", 3, "'$[1] = 1 }'", "a selector"),
        ("{ $[*] = 1 }", 3, "'$[*] = 1 }'", "a selector"),
        ("{ $.a == 1 }", 8, "'= 1 }'", "a number"),
        ("{ $.a = }", 9, "'}'", "a number"),
        ("{ $.a = foo-bar }", 12, "'-bar }'", "quote anything else"),
        ('{ $.a > "x" }', 9, "'\"x\" }'", "a number after >"),
        ("{ $.a <= 4* }", 10, "'4* }'", "a number after <="),
        ('{ $.a = "x }', 9, "'\"x }'", 'ends with "'),
        ("{ $.a = 1 AND $.b = 2 }", 11, "'AND $.b = 2 }'", '"&&", "||"'),
        ("{ $.a = 1 && }", 14, "'}'", "a selector"),
        ("{ !($.a = 1) }", 3, "'!($.a = 1) }'", "a selector"),
        ("{ $.a[*].* = 1 }", 3, "'$.a[*].* = 1 }'", "at most one wildcard"),
        ("{ $.a = %x% && $.b = %y% && $.c = %z% }", 35, "'%z% }'", "at most 2 regular"),
        ("{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 || $.*=1 }", 1, "'{ $.a[*]=1", "at most 3 selectors"),
        ("[w1=ERROR", 10, "the end", 'a final "]"'),
        ("[a, b] c", 6, "'] c'", 'a final "]"'),
        ("[a, a]", 5, "'a]'", "a name that no other field has"),
        ("[..., a, ...]", 10, "'...]'", "at most one ellipsis"),
        ("[1a]", 2, "'1a]'", "a field name"),
        ("[a = ]", 6, "']'", "a number"),
        ("[s = 4* && bytes > 1000]", 12, "'bytes > 1000]'", "the name of the field, s"),
        ("[w1=A || w2=B]", 10, "'w2=B]'", "the name of the field, w1"),
        ("[w1 = A && (w1 != B)]", 12, "'(w1 != B)]'", "the name of the field, w1"),
        ("[a=%x%, b=%y%, c=%z%]", 18, "'%z%]'", "at most 2 regular"),
        ('"ERROR', 1, "'\"ERROR'", 'ends with "'),
        ("ERR*", 4, "'*'", "quote anything else"),
        ('""', 1, "'\"\"'", "not empty"),
        ('a -""', 4, "'\"\"'", "not empty"),
        ('"ERROR"WARN', 8, "'WARN'", "a term"),
        ("a-", 3, "the end", "a term"),
        ("?%a%", 2, "'%a%'", "alone"),
        ("- ERROR", 2, "' ERROR'", "a term"),
        ("%a% b", 5, "'b'", "nothing after"),
        ("a %b%", 3, "'%b%'", "alone"),
        ("%abc", 1, "'%abc'", "ends with %"),
        ("%%", 1, "'%%'", "ends with %"),
        ("%something!%", 11, "'!'", "of letters"),
        ("%(a|b)%", 2, "'(a|b)'", "of letters"),
        (r"%\(a%", 2, r"'\\(a'", "of letters"),
        ("%café%", 5, "'é'", "of letters"),
        ("%[abc%", 2, "'[abc'", "of letters"),
        ("%a{x}%", 3, "'{x}'", "of letters"),
        ("%a++%", 4, "'+'", "of letters"),
        ("%*a%", 2, "'*a'", "of letters"),
        ("%a{99999999999}%", 2, "too large", "of letters"),
        ("%[+--]%", 2, "'[+--]'", "of letters"),
        ("%[z-a]%", 2, "bad character range", "of letters"),
        ("x" * 1025, 1025, "1025 characters", "at most 1024"),
    ],
)
def test_bad_pattern_is_rejected_with_its_place(
    pattern: str, column: int, actual: str, expected: str
) -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern(pattern)
    assert (caught.value.column, actual in caught.value.actual) == (column, True)
    assert expected in caught.value.expected
    assert str(caught.value) == (
        f"filter pattern, column {column}: found {caught.value.actual}, expected {caught.value.expected}"
    )
    assert isinstance(caught.value, MonitoringError)


@pytest.mark.parametrize(
    "pattern",
    ["x" * 1024, "{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 }", "{ $.a = %x% || $.b = %y% }", "[a=%x%, b=%y%, c]"],
)
def test_limits_are_still_allowed(pattern: str) -> None:
    parse_pattern(pattern)
