# Functions log where it is kept, give nothing away, and roles may do no more than they need.
package monitoring.functions

import data.monitoring.cursors
import data.monitoring.documents
import data.monitoring.findings
import data.monitoring.plan
import data.monitoring.stack
import data.monitoring.told
import data.monitoring.values
import rego.v1

rules := {"MON-FUN-001", "MON-FUN-002", "MON-IAM-001"}

deny := findings.messages(found, rules)

functions := plan.of({"aws_lambda_function"})

found contains breach if {
	some function in functions
	group := plan.within(function, ["logging_config", "log_group"])
	not values.is_unknown(group)
	not stack.linked("aws_cloudwatch_log_group", group, ["name", "id"])
	wanted := "a log group of this stack"
	breach := findings.breach("MON-FUN-001", function.address, findings.shown(group), wanted)
}

# The message does not repeat the value.
found contains breach if {
	some function in functions
	environment := cursors.inside(plan.attribute(function, "environment"), ["variables"])
	some name, value in cursors.entries(environment)
	is_string(value)
	kind := secret_in(name, value)
	given := sprintf("%s holds %s", [name, kind])
	breach := findings.breach("MON-FUN-002", function.address, given, "no secret")
}

found contains breach if {
	some grant in grants
	some statement in documents.statements(grant.policy)
	object.get(statement, "Effect", null) == "Allow"
	wide := too_much(statement)
	wide != []
	given := concat(": ", [documents.named(statement), concat(", ", wide)])
	wanted := "single actions on the ARNs that they are about"
	breach := findings.breach("MON-IAM-001", grant.address, given, wanted)
}

# What says what a role may do.
grants contains grant if {
	some resource in plan.of({"aws_iam_role_policy", "aws_iam_policy"})
	grant := {"address": resource.address, "policy": plan.get(resource, "policy")}
}

grants contains grant if {
	some resource in plan.of({"aws_iam_role"})
	some block in cursors.block_list(plan.attribute(resource, "inline_policy"))
	policy := cursors.value(cursors.key(block, "policy"))
	grant := {"address": resource.address, "policy": policy}
}

# What a secret looks like, in words. ARNs and references give nothing away.
secret_in(name, value) := looks[0].kind if {
	text := said(value)
	looks := [look | some look in told.figures.secrets.looks; is_like(text, look)]
	looks != []
} else := "a value under the name of a secret" if {
	trim(said(value), "$") != ""
	is_like(name, told.figures.secrets.name)
}

said(value) := regex.replace(
	regex.replace(value, told.figures.secrets.reference, "$"),
	told.figures.secrets.arn,
	"",
)

is_like(text, look) if {
	some match in regex.find_n(look.pattern, cased(text, look), -1)
	every part in look.contains { regex.match(part, match) }
}

cased(text, look) := lower(text) if {
	look.ignores_case
} else := text

# The parts of a statement that are wider than a role needs.
too_much(statement) := array.concat(
	array.concat(inverted(statement), all_of_a_service(statement)),
	on_everything(statement),
)

inverted(statement) := [name | some name in ["NotAction", "NotResource"]; name in object.keys(statement)]

all_of_a_service(statement) := [action |
	some action in documents.actions_of(statement)
	trim(substring(action, index_behind(action, ":"), -1), "*?") == ""
]

# Behind the last character if the mark is not there.
index_behind(text, mark) := indexof(text, mark) + 1 if {
	contains(text, mark)
} else := count(text)

on_everything(statement) := [found |
	some action in documents.actions_of(statement)
	is_on_everything(statement)
	not knows_no_resource(action, statement)
	found := concat(" ", [action, "on *"])
]

is_on_everything(statement) if {
	some resource in values.list(object.get(statement, "Resource", null))
	is_string(resource)
	trim(resource, "*") == ""
}

knows_no_resource(action, _) if action in told.figures.actions_without_resources

knows_no_resource(action, statement) if {
	some key in object.get(told.figures.actions_restricted_otherwise, action, [])
	documents.restricts(statement, key)
}
