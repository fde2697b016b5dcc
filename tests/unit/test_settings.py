"""Every mistake in the configuration ends in one message that names file, path, value and mend."""

# ruff: noqa: E501  (a case stands on one line where it can)

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.catalog import monitoring
from modules.errors import ConfigError, Problem
from modules.settings import Settings, environments, load
from tests.builders import CONFIG

JARGON = re.compile(
    r"Input should|\[type=|pydantic|\b(str|dict|tuple|int|bool|float|NoneType|None|True|False|Traceback|datetime)\b"
)
ALIAS = "arn:aws:bedrock:us-east-1:123456789012:agent-alias/ABCDEFGHIJ/KLMNOPQRST"
LOCATED = r"^(config/[\w.-]*|ENV|AWS_REGION|SNS_EMAIL): "


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def problems(config: Path, *names: str, **environ: str) -> tuple[Problem, ...]:
    """What loading complains of; every message is one readable line."""
    with pytest.raises(ConfigError) as raised:
        load(names or ("prod",), config, environ)
    for problem in raised.value.problems:
        text = str(problem)
        assert len(text.splitlines()) == 1
        assert text.isprintable()
        assert len(text) < 700
        assert re.match(LOCATED, text)
        assert not JARGON.search(text), text
    return raised.value.problems


def good(config: Path, name: str = "prod", **environ: str) -> Settings:
    (settings,) = load((name,), config, environ)
    return settings


def write(config: Path, text: str | bytes, name: str = "prod") -> None:
    data = text if isinstance(text, bytes) else text.encode()
    (config / f"{name}.yaml").write_bytes(data)


def change(config: Path, change: dict[str, Any], name: str = "prod") -> None:
    """Write a tree as an environment's whole file."""
    write(config, yaml.safe_dump(change, allow_unicode=True, width=10_000), name)


def metric(text: str, *, name: str = "A") -> str:
    """A configuration with a metric that says more than it has to."""
    return f"business_metrics: {{metrics: {{{name}: {{sql: SELECT 1, unit: Count, {text}}}}}}}"


WISH = "severity: info, because: it is too much"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:main-a1b2c3"

# One mistake each: the file, the path, and what the message says.
MISTAKES = {
    "unknown key at the top": ("retentoin: {days: 30}", "retentoin", "did you mean 'retention'?"),
    "unknown key in a section": ("retention: {dais: 30}", "retention.dais", "did you mean 'days'?"),
    "unknown key like nothing": ("features: {zzz: 1}", "features.zzz", "known here: dashboards, saved_queries"),
    "unknown key in a route": ("routes: {critical: {email: []}}", "routes.critical.email", "'emails'?"),
    "unknown route": ("routes: {critcal: {}}", "routes.critcal", "'critical'?"),
    "unknown key in a function": (
        "lambda: {functions: {notes-actions: {timeout: 5}}}",
        "lambda.functions.notes-actions.timeout",
        "did you mean 'timeout_seconds'?",
    ),
    "unknown key in a target": ("targets: [{regoin: us-east-1}]", "targets[0].regoin", "'region'?"),
    "unknown key in the log": ("backend: {log: {levelfield: x}}", "backend.log.levelfield", "'level_field'?"),
    "a log field that is not a path": (
        "backend: {log: {level_field: '[log.level]'}}",
        "backend.log.level_field",
        "['log.level'] (one key with a dot)",
    ),
    "a log field with an empty key": (
        "backend: {log: {level_field: \"['']\"}}",
        "backend.log.level_field",
        "is not a log field such as level",
    ),
    "unknown key in a waiver": (
        "waivers: [{rule: A, address: b, reason: c, expires: 2027-01-01, until: x}]",
        "waivers[0].until",
        "known here: address, expires, reason, rule",
    ),
    "unknown key in an alarm": ("alarms: {lambda-errors: {treshold: 5}}", "alarms.lambda-errors.treshold", "?"),
    "unknown key in a backend": (
        "terraform: {backend: {type: s3, bucket: abc, region: us-east-1, buket: x}}",
        "terraform.backend.buket",
        "did you mean 'bucket'?",
    ),
    "the environment's name": ("environment: prod", "environment", "the file's name, so take it out"),
    "bool for int": (
        "database: {max_connections: true}",
        "database.max_connections",
        "true is not a whole number",
    ),
    "text for int": ("retention: {days: '30'}", "retention.days", "'30' is not a whole number such as 30"),
    "fraction for int": ("retention: {days: 30.5}", "retention.days", "30.5 is not a whole number"),
    "octal for int": ("database: {max_connections: 0100}", "database.max_connections", "'0100' is not a whole"),
    "sixties for int": ("database: {max_connections: 1:30}", "database.max_connections", "'1:30' is not"),
    "huge int": ("database: {max_connections: 999999999}", "database.max_connections", "at most 262143"),
    "int of 5000 digits": (f"retention: {{days: {'9' * 5000}}}", "retention.days", "is not a whole number"),
    "int for text": ("project: 5", "project", "5 is not text; put it in quotes"),
    "list for text": ("project: [a]", "project", "a list of 1 is not text"),
    "list for mapping": ("retention: [30]", "retention", "a list of 1 is not a mapping (key: value)"),
    "text for mapping": ("features: all", "features", "'all' is not a mapping"),
    "null section": ("retention:", "retention", "is empty; give it a mapping (key: value), or take it out"),
    "null function": (
        "lambda: {functions: {notes-actions: }}",
        "lambda.functions.notes-actions",
        "is empty; give it",
    ),
    "null backend": ("terraform: {backend: }", "terraform.backend", "is empty"),
    "text for list": ("routes: {info: {emails: a@b.c}}", "routes.info.emails", "'a@b.c' is not a list such as"),
    "mapping for list": ("targets: {region: us-east-1}", "targets", "a mapping of 1 is not a list"),
    "yes for bool": ("features: {dashboards: yes}", "features.dashboards", "'yes' is not true or false"),
    "int for bool": ("features: {dashboards: 1}", "features.dashboards", "1 is not true or false"),
    "text for number": ("alarms: {lambda-errors: {threshold: '5'}}", "alarms.lambda-errors.threshold", "'5' is"),
    "bool for number": ("alarms: {lambda-errors: {threshold: yes}}", "alarms.lambda-errors.threshold", "'yes'"),
    "true for number": ("alarms: {lambda-errors: {threshold: true}}", "alarms.lambda-errors.threshold", "true"),
    "nan": ("alarms: {lambda-errors: {threshold: .nan}}", "alarms.lambda-errors.threshold", "a finite number"),
    "infinity": ("alarms: {lambda-errors: {threshold: .inf}}", "alarms.lambda-errors.threshold", "a finite"),
    "overflow": ("alarms: {lambda-errors: {threshold: -1e999}}", "alarms.lambda-errors.threshold", "a finite"),
    "empty name": ("project: ''", "project", "'' is empty; give it a value"),
    "blank name": ("project: '   '", "project", "'   ' is empty"),
    "empty function name": ("lambda: {functions: {'': {timeout_seconds: 5}}}", "lambda.functions.''", "is empty"),
    "name in capitals": ("bedrock: {agents: {Notes: {}}}", "bedrock.agents.Notes", "a name in lower case"),
    "empty entry": ("routes: {info: {emails: ['']}}", "routes.info.emails[0]", "'' is empty"),
    "no target": ("targets: []", "targets", "a list of 0 is too short; at least 1 is wanted"),
    "eleven functions": (
        f"lambda: {{functions: {{{', '.join(f'f{i}: {{timeout_seconds: 5}}' for i in range(8))}}}}}",
        "lambda.functions",
        "a mapping of 11 is too long; at most 10 are possible",
    ),
    "doubled key": ("retention: {days: 30, days: 60}", "retention.days", "stands twice, in lines 1 and 1"),
    "doubled section": ("features: {}\nretention: {}\nfeatures: {}", "features", "stands twice, in lines 1 and 3"),
    "doubled function": (
        "lambda:\n  functions:\n    a: {timeout_seconds: 5}\n    'a': {timeout_seconds: 6}",
        "lambda.functions.a",
        "stands twice, in lines 3 and 4; keep one of them",
    ),
    "number as key": ("tags: {values: {5: a}}", "tags.values.5", "the key is not text; put it in quotes"),
    "list as key": ("tags: {values: {? [a] : b}}", "tags.values", "a list or mapping is no key"),
    "timeout 0": (
        "lambda: {functions: {notes-actions: {timeout_seconds: 0}}}",
        "lambda.functions.notes-actions.timeout_seconds",
        "0 is too small; at least 1 is wanted",
    ),
    "timeout 901": (
        "lambda: {functions: {notes-actions: {timeout_seconds: 901}}}",
        "lambda.functions.notes-actions.timeout_seconds",
        "901 is too large; at most 900 is possible",
    ),
    "no timeout": (
        "lambda: {functions: {new: {}}}",
        "lambda.functions.new.timeout_seconds",
        "is missing; add it",
    ),
    "retention 31": ("retention: {days: 31}", "retention.days", "31 is not a retention that CloudWatch Logs has"),
    "no connections": ("database: {max_connections: 0}", "database.max_connections", "0 is too small"),
    "unknown engine": ("database: {engine: mysql}", "database.engine", "'mysql' is not one of 'postgres', "),
    "short account": (
        "targets: [{account: '12345678901', partition: aws}]",
        "targets[0].account",
        "'12345678901' is not an account id: 12 digits in quotes",
    ),
    "account as number": (
        "targets: [{account: 123456789012, partition: aws}]",
        "targets[0].account",
        "123456789012 is not text; put it in quotes",
    ),
    "account in other digits": ("targets: [{account: '١٢٣٤٥٦٧٨٩٠١٢', partition: aws}]", "targets[0].account", "12"),
    "account without partition": ("targets: [{account: '123456789012'}]", "targets[0]", "add partition: aws"),
    "no region": ("targets: [{region: mars}]", "targets[0].region", "'mars' is not an AWS region"),
    "no severity": ("alarms: {lambda-errors: {severity: loud}}", "alarms.lambda-errors.severity", "'critical', "),
    "no unit": ("published_outside: {A: {by: me, unit: Apples}}", "published_outside.A.unit", "'Apples' is not"),
    "bounds the wrong way": (
        "published_outside: {A: {by: me, unit: Count, minimum: 5, maximum: 1}}",
        "published_outside.A",
        "has minimum 5",
    ),
    "two functions of one name": (
        "lambda: {functions: {a: {timeout_seconds: 5, function_name: x}, b: {timeout_seconds: 5, function_name: x}}}",
        "lambda.functions.b.function_name",
        "'x' is also the name of lambda.functions.a; change one of them",
    ),
    "a function with another's default name": (
        "lambda: {functions: {a: {timeout_seconds: 5, function_name: scheduling-agent-notes-actions}}}",
        "lambda.functions.a.function_name",
        "is also the name of lambda.functions.notes-actions",
    ),
    "alias without model": (
        f"bedrock: {{agents: {{notes: {{alias_arn: '{ALIAS}'}}}}}}",
        "bedrock.agents.notes",
        "needs both alias_arn and model_id",
    ),
    "no alias": (
        "bedrock: {agents: {notes: {alias_arn: notes, model_id: m}}}",
        "bedrock.agents.notes.alias_arn",
        "is not an agent alias ARN (arn:aws:bedrock:",
    ),
    "alias in another region": (
        f"bedrock: {{agents: {{notes: {{alias_arn: '{ALIAS.replace('us-east', 'eu-west')}', model_id: m}}}}}}",
        "bedrock.agents.notes.alias_arn",
        "lies in eu-west-1, account 123456789012, and a target in us-east-1",
    ),
    "alias of two agents": (
        "bedrock: {agents: {"
        + ", ".join(f"{name}: {{alias_arn: '{ALIAS}', model_id: m}}" for name in ("notes", "chitchat"))
        + "}}",
        "bedrock.agents.notes.alias_arn",
        "is also the alias of bedrock.agents.chitchat",
    ),
    "doubled targets": ("targets: [{}, {region: us-east-1}]", "targets[1]", "us-east-1 in the same account"),
    "workspace of two targets": (
        "{targets: [{}, {region: us-west-2}], terraform: {backend: {type: cloud, organization: o, workspace: w}}}",
        "terraform.backend.workspace",
        "'w' would serve 2 targets; take it out",
    ),
    "no such backend": ("terraform: {backend: {type: gcs}}", "terraform.backend.type", "'gcs' is not one of"),
    "backend without bucket": (
        "terraform: {backend: {type: s3, region: us-east-1}}",
        "terraform.backend.bucket",
        "is missing; add it",
    ),
    "info is an error level": ("backend: {log: {info_level: ERROR}}", "backend.log", "'ERROR' among error_levels"),
    "one event for both": (
        "backend: {log: {request_event: a, response_event: a}}",
        "backend.log",
        "has 'a' as request_event and response_event",
    ),
    "template": ("tags: {values: {Owner: 'a${b}'}}", "tags.values.Owner", "Terraform would take for a template"),
    "directive": ("waivers: [{rule: A, address: '%{if}', reason: c, expires: 2027-01-01}]", "waivers[0].address", ""),
    "control character": (r'tags: {values: {Owner: "a\ab"}}', "tags.values.Owner", "(U+0007); take it out"),
    "line break": (r'tags: {values: {Owner: "a\nb"}}', "tags.values.Owner", "(U+000A)"),
    "line separator": (r'tags: {values: {Owner: "a\u2028b"}}', "tags.values.Owner", "(U+2028)"),
    "line break in a key": (r'"a\nb": 1', r"'a\nb'", "unknown key"),
    "very long text": (f"tags: {{values: {{Owner: {'a' * 9999}}}}}", "tags.values.Owner", "at most 256"),
    "very long key": (f"{'a' * 999}: 1", f"'{'a' * 59}…", "unknown key"),
    "very long project": (f"project: {'a' * 41}", "project", "has 41 characters; at most 40 are possible"),
    "the generator's own tag": ("tags: {values: {Project: x}}", "tags.values.Project", "the generator sets"),
    "tag in another case": (
        "tags: {values: {owner: x}}",
        "tags.values.owner",
        "differs from the tag Owner only in case, which IAM rejects during apply; use Owner",
    ),
    "the generator's own tag in another case": (
        "tags: {values: {PROJECT: x}}",
        "tags.values.PROJECT",
        "differs from the tag Project only in case",
    ),
    "tag of an alarm in another case": (
        "tags: {values: {severity: x}}",
        "tags.values.severity",
        "differs from the tag Severity only in case",
    ),
    "required tag in another case": (
        "tags: {required: {environment: []}}",
        "tags.required.environment",
        "differs from the tag Environment only in case",
    ),
    "tag with a combining mark": (
        r'tags: {values: {Owner: "Zu\u0308rich"}}',
        "tags.values.Owner",
        "has COMBINING DIAERESIS (U+0308); use letters, digits, spaces and _ . : / = + - @",
    ),
    "tag with a picture": (
        r'tags: {values: {Owner: "\U0001F44D"}}',
        "tags.values.Owner",
        "has THUMBS UP SIGN (U+1F44D)",
    ),
    "tag with a percent sign": ("tags: {values: {Owner: '50 %'}}", "tags.values.Owner", "is not a tag value"),
    "aws's own tag": ("tags: {values: {'AWS:x': x}}", "tags.values.AWS:x", "not beginning with 'aws:'"),
    "date that is not": (
        "waivers: [{rule: A, address: b, reason: c, expires: 2027-02-30}]",
        "waivers[0].expires",
        "'2027-02-30' is not a date such as 2027-01-31",
    ),
    "number for date": (
        "waivers: [{rule: A, address: b, reason: c, expires: 20270131}]",
        "waivers[0].expires",
        "20270131 is not a date",
    ),
    "function named like a backend": (
        "lambda: {functions: {cloud: {timeout_seconds: 0}}}",
        "lambda.functions.cloud.timeout_seconds",
        "0 is too small",
    ),
    "merge key": ("retention: {<<: {days: 30}}", "retention.'<<'", "unknown key"),
    "unknown key in a metric": (metric("query: x"), "business_metrics.metrics.A.query", "unknown key"),
    "metric without a query": ("business_metrics: {metrics: {A: {unit: Count}}}", "business_metrics.metrics.A.sql", "is missing"),
    "metric without a unit": ("business_metrics: {metrics: {A: {sql: SELECT 1}}}", "business_metrics.metrics.A.unit", "is missing"),
    "query that is a number": ("business_metrics: {metrics: {A: {unit: Count, sql: 5}}}", "business_metrics.metrics.A.sql", "put it in quotes"),
    "query that is empty": ("business_metrics: {metrics: {A: {unit: Count, sql: ''}}}", "business_metrics.metrics.A.sql", "holds 0 statements; give one SELECT"),
    "query that writes": (
        "business_metrics: {metrics: {A: {unit: Count, sql: DELETE FROM t}}}",
        "business_metrics.metrics.A.sql",
        "'DELETE FROM t' begins with 'DELETE'; give one SELECT",
    ),
    "query in a block of lines": (
        "business_metrics:\n  metrics:\n    A:\n      unit: Count\n      sql: |\n        SELECT count(*)\n        FROM t\n        FOR UPDATE\n",
        "business_metrics.metrics.A.sql",
        "locks rows",
    ),
    "query with a character that hides": (
        r'business_metrics: {metrics: {A: {unit: Count, sql: "SELECT\u00a01"}}}',
        "business_metrics.metrics.A.sql",
        "a character that cannot be printed (U+00A0)",
    ),
    "metric that begins with a digit": (metric("", name="'1A'"), "business_metrics.metrics.1A", "after a letter"),
    "metric of a long name": (metric("", name="A" * 61), f"business_metrics.metrics.{'A' * 61}", "at most 60"),
    "metric that ends with a space": (metric("", name="'A '"), "business_metrics.metrics.A ", "after a letter"),
    "51 metrics": (
        "business_metrics: {metrics: {"
        + ", ".join(f"A{i}: {{sql: SELECT 1, unit: Count}}" for i in range(48))
        + "}}",
        "business_metrics.metrics",
        "a mapping of 51 is too long; at most 50 are possible",
    ),
    "no unit of a metric": ("business_metrics: {metrics: {A: {unit: Apples, sql: SELECT 1}}}", "business_metrics.metrics.A.unit", "'Apples' is not a CloudWatch unit"),
    "bounds of a metric the wrong way": (metric("minimum: 5, maximum: 1"), "business_metrics.metrics.A", "has minimum 5"),
    "dimension with a colon": (metric("dimensions: {'a:b': x}"), "business_metrics.metrics.A.dimensions.a:b", "a dimension's name"),
    "dimension of letters beyond ASCII": (metric("dimensions: {a: é}"), "business_metrics.metrics.A.dimensions.a", "printable ASCII"),
    "dimension that JavaScript keeps": (
        metric("dimensions: {__proto__: x}"), "business_metrics.metrics.A.dimensions.__proto__", "choose another"
    ),
    "tag that JavaScript keeps": ("tags: {values: {__proto__: a}}", "tags.values.__proto__", "choose another"),
    "31 dimensions": (
        metric(f"dimensions: {{{', '.join(f'a{i}: x' for i in range(31))}}}"),
        "business_metrics.metrics.A.dimensions",
        "at most 30 are possible",
    ),
    "two thresholds": (metric(f"alarm: {{above: 5, below: 1, {WISH}}}"), "business_metrics.metrics.A.alarm", "needs either above or below"),
    "no threshold": (metric(f"alarm: {{{WISH}}}"), "business_metrics.metrics.A.alarm", "needs either above or below"),
    "alarm without a reason": (
        metric("alarm: {above: 5, severity: info}"),
        "business_metrics.metrics.A.alarm.because",
        "is missing; add it",
    ),
    "alarm without a severity": (
        metric("alarm: {above: 5, because: it is}"),
        "business_metrics.metrics.A.alarm.severity",
        "is missing; add it",
    ),
    "threshold that is no number": (
        metric(f"alarm: {{above: .inf, {WISH}}}"), "business_metrics.metrics.A.alarm.above", "a finite number"
    ),
    "alarm over 13 periods": (
        metric(f"alarm: {{above: 5, periods: 13, {WISH}}}"), "business_metrics.metrics.A.alarm.periods", "at most 12"
    ),
    "runbook that nobody wrote": (
        metric(f"alarm: {{above: 5, runbook: no-such, {WISH}}}"),
        "business_metrics.metrics.A.alarm.runbook",
        "'no-such' is no page in docs/runbooks/; write it there, or take runbook out",
    ),
    "never counting": ("business_metrics: {every_minutes: 0}", "business_metrics.every_minutes", "at least 1"),
    "counting every other hour": ("business_metrics: {every_minutes: 61}", "business_metrics.every_minutes", "at most 60"),
    "no time zone": ("business_metrics: {time_zone: Berlin}", "business_metrics.time_zone", "write it as 'Europe/Berlin'"),
    "metric of two publishers": (
        "published_outside: {ActiveSessions: {by: cron, unit: Count}}",
        "published_outside.ActiveSessions",
        "ActiveSessions is counted by business_metrics as well; take it out of one of them",
    ),
    "IAM without a user": (
        "database: {connection: {auth: iam, host: db.example, name: main, resource_id: db-A1}}",
        "database.connection",
        "has auth: iam without user; add them",
    ),
    "IAM and a secret": (
        f"database: {{connection: {{auth: iam, host: db.example, name: main, user: u, resource_id: db-A1, secret_arn: '{SECRET}'}}}}",
        "database.connection",
        "which is not read then",
    ),
    "a secret and a user": ("database: {connection: {user: u}}", "database.connection", "which says the user"),
    "secret that is a name": (
        "database: {connection: {secret_arn: main}}", "database.connection.secret_arn", "is not a secret's ARN"
    ),
    "no way to log in": ("database: {connection: {auth: trust}}", "database.connection.auth", "'secret' or 'iam'"),
    "port 0": ("database: {connection: {port: 0}}", "database.connection.port", "at least 1"),
    "host with a port": ("database: {connection: {host: 'db.example:5432'}}", "database.connection.host", "is not a host"),
    "resource id that is a name": (
        "database: {connection: {resource_id: main}}", "database.connection.resource_id", "is not a resource id"
    ),
    "authorities outside of the project": (
        "database: {connection: {ca_file: ../rds.pem}}", "database.connection.ca_file", "a file below the project"
    ),
    "authorities at the root": (
        "database: {connection: {ca_file: /etc/rds.pem}}", "database.connection.ca_file", "a file below the project"
    ),
    "VPC without subnets": (
        "database: {connection: {vpc: {subnet_ids: [], security_group_ids: [sg-0a1b2c3d]}}}",
        "database.connection.vpc.subnet_ids",
        "at least 1",
    ),
    "VPC without security groups": (
        "database: {connection: {vpc: {subnet_ids: [subnet-0a1b2c3d]}}}",
        "database.connection.vpc.security_group_ids",
        "is missing; add it",
    ),
    "no subnet": (
        "database: {connection: {vpc: {subnet_ids: [sub-1], security_group_ids: [sg-0a1b2c3d]}}}",
        "database.connection.vpc.subnet_ids[0]",
        "'sub-1' is not a subnet id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_one_mistake_is_one_problem_with_its_place(config: Path, case: str) -> None:
    text, path, said = MISTAKES[case]
    write(config, text)
    (problem,) = problems(config)
    assert problem.file == "config/prod.yaml"
    assert problem.path == path
    assert said in problem.text


UNREADABLE = {
    "tab": ("retention:\n\tdays: 30", "line 2, column 1: not valid YAML: a tab; indent with spaces"),
    "unclosed bracket": ("retention: [", "line 1, column 13: not valid YAML"),
    "several documents": ("a: 1\n---\nb: 2", "expected a single document"),
    "alias": (
        "features: &x {}\nretention: *x",
        "line 2, column 12: an alias (*x) is not possible here; write",
    ),
    "merged alias": ("features: &x {}\nretention: {<<: *x}", "an alias (*x) is not possible"),
    "recursive alias": ("features: &x {a: *x}", "an alias (*x) is not possible"),
    "alias of nothing": ("features: *x", "an alias (*x) is not possible"),
    "a billion laughs": (
        "a: &a [x, x]\n"
        + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "an alias (*a) is not possible",
    ),
    "tag": (
        "project: !!python/name:os.system",
        "a tag ('tag:yaml.org,2002:python/name:os.system') is not possible",
    ),
    "binary": ("project: !!binary YWJj", "a tag ('tag:yaml.org,2002:binary') is not possible"),
    "own tag": ("project: !secret x", "a tag ('!secret') is not possible here; write the value without it"),
    "tag with a line break": ("project: !a%0Ab x", r"a tag ('!a\nb') is not possible"),
    "deep lists": ("a: " + "[" * 50_000, "nested deeper than 20 levels"),
    "deep mappings": ("{a: " * 50_000, "nested deeper than 20 levels"),
    "half a character": (r'project: "a\ud800"', "half a character (U+D800 to U+DFFF) is not possible here"),
    "half a character in a key": (r'"\udfff": 1', "half a character"),
    "not UTF-8": (b"project: caf\xe9", "byte 12 is not UTF-8; save the file as UTF-8"),
    "UTF-16": ("project: a".encode("utf-16"), "byte 0 is not UTF-8"),
    "NUL": (b"project: a\x00b", "has a character that YAML does not allow (U+0000); take it out"),
    "list": ("- a\n- b", "holds a list of 2; a mapping (key: value) is wanted"),
    "scalar": ("hello", "holds 'hello'; a mapping"),
    "number": ("5", "holds 5; a mapping"),
    "null": ("null", "holds nothing; a mapping"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_unreadable_file_is_one_problem(config: Path, case: str) -> None:
    text, said = UNREADABLE[case]
    write(config, text)
    (problem,) = problems(config)
    assert (problem.file, problem.path) == ("config/prod.yaml", "")
    assert said in problem.text


def test_missing_base_is_named(config: Path) -> None:
    (config / "base.yaml").unlink()
    (problem,) = problems(config)
    assert str(problem) == "config/base.yaml: cannot be read (No such file or directory); check the file"


@pytest.mark.parametrize("name", ["base", "prod"])
def test_directory_instead_of_a_file(config: Path, name: str) -> None:
    (config / f"{name}.yaml").unlink()
    (config / f"{name}.yaml").mkdir()
    (problem,) = problems(config)
    assert str(problem) == f"config/{name}.yaml: cannot be read (it is not a file); check the file"


def test_unreadable_permissions(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    assert [problem.file for problem in problems(config)] == ["config/base.yaml", "config/prod.yaml"]


def test_byte_order_mark_and_windows_lines_are_read(config: Path) -> None:
    write(config, b"\xef\xbb\xbfretention:\r\n  days: 60\r\n")
    assert good(config).retention.days == 60


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing differs\n", "---\n", "--- {}\n...\n"])
def test_empty_file_changes_nothing(config: Path, text: str) -> None:
    write(config, text)
    assert good(config).project == "scheduling-agent"


def test_empty_base_lacks_every_needed_section(config: Path) -> None:
    write(config, "", "base")
    write(config, "")
    found = problems(config)
    assert {str(problem) for problem in found} >= {"config/base.yaml: lambda: is missing; add it"}
    assert all(problem.text == "is missing; add it" for problem in found)


@pytest.mark.parametrize(
    "name", ["../x", "base", "nope", "/etc/passwd", "prod.yaml", "prod\0", "prod\n", "*", "P" * 999]
)
def test_env_that_is_no_environment(config: Path, name: str) -> None:
    (problem,) = problems(config, name)
    assert problem.file == "ENV"
    assert problem.text.endswith("is not an environment; known: dev, prod, staging, local")


def test_file_whose_name_is_no_environment(config: Path) -> None:
    (config / "Prod EU.yaml").write_text("")
    (problem,) = problems(config, *environments(config))
    assert problem.text.startswith("'Prod EU' is not a name in lower case")
    assert problem.text.endswith("rename its file")


def test_hidden_files_are_no_environments(config: Path) -> None:
    (config / ".#prod.yaml").symlink_to("nowhere")
    assert environments(config) == ("dev", "prod", "staging")


def test_folder_without_environments(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^config/: holds no environment; create config/prod.yaml$"):
        load(environments(tmp_path), tmp_path, {})


@pytest.mark.parametrize(
    "address",
    [
        "ops",
        "@x.y",
        "a@b",
        "a@b..c",
        "a b@c.d",
        "a@b.c,d@e.f",
        "<a@b.c>",
        "a@@b.c",
        ".a@b.c",
        "a@b.c\n",
        "a@-b.c",
    ],
)
def test_no_address_is_refused(config: Path, address: str) -> None:
    change(config, {"routes": {"critical": {"emails": [address]}}})
    (problem,) = problems(config)
    assert problem.path == "routes.critical.emails[0]"


@pytest.mark.parametrize(
    "address", ["a@b.co", "first.last+tag@sub.example.com", "o'neil_x@x-y.example", "1@2.org"]
)
def test_address_is_taken(config: Path, address: str) -> None:
    change(config, {"routes": {"critical": {"emails": [address]}}})
    assert good(config).routes.critical.emails == (address,)


# Files and paths of several mistakes


def test_value_in_base_is_reported_once_for_all_environments(config: Path) -> None:
    text = (config / "base.yaml").read_text().replace("max_connections: 100", "max_connections: 5")
    write(config, text, "base")
    (problem,) = problems(config, "prod", "staging", "dev")
    assert str(problem) == "config/base.yaml: database.max_connections: 5 is too small; at least 6 is wanted"


def test_key_missing_in_base_is_reported_once(config: Path) -> None:
    write(config, (config / "base.yaml").read_text().replace("  max_connections: 100", ""), "base")
    (problem,) = problems(config, "prod", "staging", "dev")
    assert str(problem) == "config/base.yaml: database.max_connections: is missing; add it"


def test_all_mistakes_of_all_files_are_told_together(config: Path) -> None:
    text = (config / "base.yaml").read_text().replace("engine: postgres", "engine: mysql")
    write(config, text, "base")
    write(config, "retention: {days: 31, dais: 1}\nlambda: {functions: {a: {timeout_seconds: 0}}}")
    write(config, "features: {dashboards: maybe}\nfeatures: {}\ntargets: [{}, {}]", "staging")
    write(config, "features: [", "dev")
    found = problems(config, "prod", "staging", "dev", "nope", SNS_EMAIL="nobody")
    assert sorted((problem.file, problem.path) for problem in found) == [
        ("ENV", ""),
        ("SNS_EMAIL", ""),
        ("config/base.yaml", "database.engine"),
        ("config/dev.yaml", ""),
        ("config/prod.yaml", "lambda.functions.a.timeout_seconds"),
        ("config/prod.yaml", "retention.dais"),
        ("config/prod.yaml", "retention.days"),
        ("config/staging.yaml", "features"),
        ("config/staging.yaml", "features.dashboards"),
        ("config/staging.yaml", "targets[1]"),
    ]


def test_relation_names_the_file_that_holds_it(config: Path) -> None:
    text = (config / "base.yaml").read_text()
    write(config, text.replace("log_group: dedicated}", "log_group: dedicated, function_name: one}"), "base")
    found = problems(config, "prod", "dev")
    assert {problem.file for problem in found} == {"config/base.yaml"}
    assert [problem.path for problem in found] == [
        "lambda.functions.notes-actions.function_name",
        "lambda.functions.scheduling-actions.function_name",
    ]


def test_long_names_are_told_before_aws_tells_them(config: Path) -> None:
    write(config, f"project: {'a' * 40}\nlambda: {{functions: {{{'f' * 40}: {{timeout_seconds: 5}}}}}}")
    (problem,) = problems(config)
    assert "longer than 64; set function_name" in problem.text
    (config / f"{'e' * 40}.yaml").write_text(f"project: {'a' * 40}")
    assert "database.identifier" in {problem.path for problem in problems(config, "e" * 40)}


@pytest.mark.parametrize("name", ["prod", "staging", "dev", "local"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1"])
def test_shipped_names_fit_into_every_region(config: Path, name: str, region: str) -> None:
    """Roles carry the region, and are the first to become too long."""
    write(config, f"targets: [{{region: {region}}}]", name)
    assert good(config, name).targets[0].region == region


def test_workspace_in_base_would_be_shared(config: Path) -> None:
    text = "type: cloud\n    organization: o\n    workspace: w"
    write(config, (config / "base.yaml").read_text().replace("type: local", text), "base")
    (problem,) = problems(config, "prod", "dev")
    assert problem.file == "config/base.yaml"
    assert problem.text == "'w' would serve every environment; move it to one's own file"


def test_backend_of_another_type_replaces(config: Path) -> None:
    text = "type: cloud\n    organization: o\n    project: p"
    write(config, (config / "base.yaml").read_text().replace("type: local", text), "base")
    write(config, "terraform: {backend: {type: local}}")
    assert good(config).terraform.backend.type == "local"
    assert good(config, "dev").terraform.backend.type == "cloud"


# The plain part of YAML


def test_text_stays_text(config: Path) -> None:
    write(config, "backend: {log: {info_level: NO, error_levels: [OFF, Y, on, 2027-01-31]}}")
    log = good(config).backend.log
    assert (log.info_level, log.error_levels) == ("NO", ("OFF", "Y", "on", "2027-01-31"))


def test_account_that_looks_octal_keeps_its_digits(config: Path) -> None:
    write(config, "targets: [{account: 012345670123, partition: aws}]")
    assert good(config).targets[0].account == "012345670123"


@pytest.mark.parametrize("written", ["2027-01-31", "'2027-01-31'"])
def test_date_with_or_without_quotes(config: Path, written: str) -> None:
    write(config, f"waivers: [{{rule: A, address: b, reason: c, expires: {written}}}]")
    assert good(config).waivers[0].expires.isoformat() == "2027-01-31"


@pytest.mark.parametrize(
    ("written", "read"), [("5", 5), ("1e3", 1000), (".5", 0.5), ("-2.5", -2.5), ("+7", 7)]
)
def test_numbers(config: Path, written: str, read: float) -> None:
    write(config, f"alarms: {{lambda-errors: {{threshold: {written}}}}}")
    assert good(config).alarms["lambda-errors"].threshold == read


# Environment variables


def test_region_variable_serves_targets_without_region_only(config: Path) -> None:
    write(config, "targets: [{}, {region: eu-west-1}]")
    targets = good(config, AWS_REGION=" us-west-2 ").targets
    assert [target.region for target in targets] == ["us-west-2", "eu-west-1"]


def test_without_region_variable_the_first_region_is_taken(config: Path) -> None:
    assert [good(config, AWS_REGION=value).targets[0].region for value in ("", " ")] == ["us-east-1"] * 2


def test_wrong_region_variable_is_a_problem_where_it_is_used(config: Path) -> None:
    (problem,) = problems(config, "prod", "dev", AWS_REGION="here")
    assert str(problem) == "AWS_REGION: 'here' is not an AWS region such as 'us-east-1'"
    assert good(config, "local", AWS_REGION="here").targets[0].region == "us-east-1"


def test_address_variable_fills_every_route_without_address(config: Path) -> None:
    write(config, "routes: {warning: {emails: [own@example.com]}}")
    routes = good(config, SNS_EMAIL="ops@example.com").routes
    assert routes.critical.emails == routes.delivery.emails == routes.info.emails == ("ops@example.com",)
    assert routes.warning.emails == ("own@example.com",)


@pytest.mark.parametrize("value", ["ops", "a@b.c d@e.f", "${x}@y.z", "a@b.c\x00"])
def test_wrong_address_variable_is_one_problem(config: Path, value: str) -> None:
    (problem,) = problems(config, "prod", "dev", SNS_EMAIL=value)
    assert (problem.file, problem.path) == ("SNS_EMAIL", "")


# What only the catalog knows


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("alarms: {no-such: {threshold: 5}}", "alarms.no-such", "there is no such alarm; known: "),
        (
            "retention: {overrides: {lambda/x: 30}}",
            "retention.overrides.lambda/x",
            "there is no such log group",
        ),
    ],
)
def test_override_of_nothing_is_refused(config: Path, text: str, path: str, said: str) -> None:
    write(config, text)
    settings = good(config)
    with pytest.raises(ConfigError) as raised:
        monitoring(settings, settings.targets[0])
    (problem,) = raised.value.problems
    assert (problem.file, problem.path) == ("config/prod.yaml", path)
    assert said in problem.text
