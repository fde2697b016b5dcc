# Customer keys, as against those whose policy only AWS can change; and what their policies have to allow.
#
# A statement with a condition counts as if the condition were met: conditions are judged at synth.
package monitoring.keys

import data.monitoring.alarms
import data.monitoring.documents
import data.monitoring.findings
import data.monitoring.plan
import data.monitoring.stack
import data.monitoring.told
import data.monitoring.values
import rego.v1

is_customer_key(key) if {
	is_string(key)
	key != ""
	not contains(key, "alias/aws/")
} else := values.is_unknown(key)

# What encrypts has to decrypt as well: it reads the data key that it got.
writes := ["kms:decrypt", "kms:generatedatakey"]

logs := [
	"kms:encrypt",
	"kms:decrypt",
	"kms:reencryptfrom",
	"kms:reencryptto",
	"kms:generatedatakey",
	"kms:describekey",
]

put_policy := "kms:putkeypolicy"

found contains breach if {
	some use in uses
	statements := object.get(policies, use.key, null)
	statements != null
	lacking := [action | some action in use.actions; is_refused(statements, use.service, action)]
	lacking != []
	wanted := sprintf("Allow %s for %s", [concat(", ", lacking), use.service])
	breach := findings.breach("MON-KEY-001", use.key, "no such statement, or one that denies it", wanted)
}

found contains breach if {
	some key in all_keys
	enabled := plan.get(key, "is_enabled")
	enabled != null
	not values.is_open(enabled)
	not enabled in [true, "true"]
	key.address in encrypting
	breach := findings.breach("MON-KEY-003", key.address, "is_enabled = false", "true")
}

found contains breach if {
	some key in all_keys
	days := values.whole(plan.get(key, "deletion_window_in_days"))
	days < told.figures.shortest_key_waiting_days
	key.address in encrypting
	wanted := sprintf("at least %d days", [told.figures.shortest_key_waiting_days])
	breach := findings.breach("MON-KEY-004", key.address, sprintf("%d days", [days]), wanted)
}

found contains breach if {
	some address, statements in policies
	not has_administrator(statements)
	given := "no statement that allows kms:PutKeyPolicy"
	breach := findings.breach("MON-KEY-005", address, given, "Allow kms:* for the root of the account")
}

all_keys := plan.of({"aws_kms_key"})

# The address of the key of this stack that a value names, be it by an alias.
key_of(value) := address if {
	address := stack.linked("aws_kms_key", value, ["arn", "id", "key_id"])
} else := address if {
	alias := stack.linked("aws_kms_alias", value, ["name", "arn", "id", "target_key_arn", "target_key_id"])
	target := plan.get(stack.at(alias), "target_key_id")
	address := stack.linked("aws_kms_key", target, ["arn", "id", "key_id"])
}

# Where each type names its key.
_key_arguments := {
	"aws_cloudwatch_log_group": "kms_key_id",
	"aws_secretsmanager_secret": "kms_key_id",
	"aws_sns_topic": "kms_master_key_id",
	"aws_sqs_queue": "kms_master_key_id",
}

# By resource: the key that encrypts it.
key_by[address] := key if {
	some type, argument in _key_arguments
	some resource in plan.of({type})
	address := resource.address
	key := key_of(plan.get(resource, argument))
}

encrypting contains key if some key in key_by

# The services that have to use a key, because of what it encrypts.
uses contains use if {
	some action in alarms.all_actions
	key := key_by[stack.topic(action)]
	use := {"key": key, "service": "cloudwatch.amazonaws.com", "actions": writes}
}

uses contains use if {
	some subscription in plan.of({"aws_sns_topic_subscription"})
	some queue in _queues_of(subscription)
	use := {"key": key_by[queue], "service": "sns.amazonaws.com", "actions": writes}
}

uses contains use if {
	some group in plan.of({"aws_cloudwatch_log_group"})
	key := key_by[group.address]
	use := {"key": key, "service": _logs_of(_region_of(group)), "actions": logs}
}

uses contains use if {
	some event in plan.of({"aws_cloudwatch_event_target"})
	some target in _targets_of(event)
	use := {"key": key_by[target], "service": "events.amazonaws.com", "actions": writes}
}

_queues_of(subscription) := {queue | queue := stack.queue(plan.get(subscription, "endpoint"))} | {queue |
	queue := stack.dead_letters[subscription.address]
}

# With a role, EventBridge uses the key as that role; dead letters it sends itself.
_targets_of(event) := _sent_by(event) | {queue |
	queue := stack.queue(plan.within(event, ["dead_letter_config", "arn"]))
}

_sent_by(event) := {target | target := stack.queue(plan.get(event, "arn"))} | {target |
	target := stack.topic(plan.get(event, "arn"))
} if {
	plan.get(event, "role_arn") in [null, ""]
} else := set()

_region_of(group) := found if {
	found := plan.region_of(group)
} else := "${unknown}"

_logs_of(region) := sprintf("logs.%s.%s", [region, suffix]) if {
	suffix := object.get(told.figures.dns_suffixes, region, "amazonaws.com")
}

# By key: the statements of its policy, where they are known.
policies[address] := found if {
	some key in all_keys
	address := key.address
	texts := object.get(_attached, address, set())
	texts != set()
	not has_unknown(texts)
	found := [statement | some text in texts; some statement in documents.statements(text)]
}

policies[address] := found if {
	some key in all_keys
	address := key.address
	object.get(_attached, address, set()) == set()
	own := plan.get(key, "policy")
	not own in [null, ""]
	not has_unknown({own})
	found := documents.statements(own)
}

# Without a policy, a key has the default one, which admits the account and no service.
policies[address] := [_default] if {
	some key in all_keys
	address := key.address
	object.get(_attached, address, set()) == set()
	plan.get(key, "policy") in [null, ""]
	not _is_any_attached
}

_default := {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::account:root"}, "Action": "kms:*"}

has_unknown(texts) if {
	some text in texts
	values.is_open(text)
	not values.from_json(text)
}

_attached[key] contains text if {
	some policy in plan.of({"aws_kms_key_policy"})
	key := key_of(plan.get(policy, "key_id"))
	text := plan.get(policy, "policy")
}

# Whether a policy may be that of any key.
_is_any_attached if {
	some policy in plan.of({"aws_kms_key_policy"})
	target := plan.get(policy, "key_id")
	values.is_open(target)
	not key_of(target)
}

is_refused(statements, service, action) if {
	some statement in statements
	object.get(statement, "Effect", null) == "Deny"
	documents.conditions(statement) == []
	documents.is_for_service(statement, service) == "yes"
	not documents.has_open_action(statement)
	documents.is_about(statement, action)
}

is_refused(statements, service, action) if {
	granting := [statement | some statement in statements; may_grant(statement, service, action)]
	granting == []
}

may_grant(statement, service, action) if {
	object.get(statement, "Effect", null) == "Allow"
	documents.is_for_service(statement, service) != "no"
	_may_be_about(statement, action)
}

_may_be_about(statement, _) if documents.has_open_action(statement)

_may_be_about(statement, action) if documents.is_about(statement, action)

has_administrator(statements) if {
	some statement in statements
	object.get(statement, "Effect", null) == "Allow"
	documents.is_about(statement, put_policy)
	_names_accounts(statement)
	not denies_everybody(statements)
}

_names_accounts(statement) if object.get(statement, "Principal", null) == "*"

_names_accounts(statement) if "NotPrincipal" in object.keys(statement)

_names_accounts(statement) if {
	named := object.get(values.mapped(object.get(statement, "Principal", null)), "AWS", null)
	not named in [null, "", [], {}, false, 0]
}

denies_everybody(statements) if {
	some statement in statements
	object.get(statement, "Effect", null) == "Deny"
	documents.is_for_everybody(statement)
	documents.conditions(statement) == []
	documents.is_about(statement, put_policy)
}
