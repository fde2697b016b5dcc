# Notices are encrypted, lose nothing on their way, and nobody can read or send them unbidden.
package monitoring.delivery

import data.monitoring.cursors
import data.monitoring.documents
import data.monitoring.findings
import data.monitoring.keys
import data.monitoring.plan
import data.monitoring.stack
import data.monitoring.told
import data.monitoring.values
import rego.v1

rules := {
	"MON-KEY-001",
	"MON-KEY-003",
	"MON-KEY-004",
	"MON-KEY-005",
	"MON-QUE-001",
	"MON-QUE-002",
	"MON-QUE-003",
	"MON-QUE-008",
	"MON-SUB-001",
	"MON-SUB-004",
	"MON-SUB-005",
	"MON-TOP-003",
	"MON-TOP-007",
}

deny := findings.messages(found | keys.found, rules)

queues := plan.of({"aws_sqs_queue"})

subscriptions := plan.of({"aws_sns_topic_subscription"})

redriven := "a redrive_policy to a queue of this stack"

found contains breach if {
	some type, rule in {"aws_sns_topic": "MON-TOP-003", "aws_sqs_queue": "MON-QUE-002"}
	some resource in plan.of({type})
	key := plan.get(resource, "kms_master_key_id")
	not keys.is_customer_key(key)
	breach := findings.breach(rule, resource.address, findings.shown(key), "a customer key")
}

found contains breach if {
	some queue in queues
	policy := plan.get(queue, "redrive_policy")
	not values.is_unknown(policy)
	object.get(stack.served, queue.address, null) == null
	object.get(stack.dead_letters, queue.address, null) == null
	breach := findings.breach("MON-QUE-001", queue.address, findings.shown(policy), redriven)
}

# SQS counts a message's age from its first queue on.
found contains breach if {
	some queue in queues
	served := object.get(stack.served, queue.address, null)
	served != null
	kept := seconds_kept(queue)
	kept < told.figures.queue_retention_seconds.most
	before := [one | some one in queues; one.address in served]
	not outlives(kept, before)
	wanted := sprintf("%d s", [told.figures.queue_retention_seconds.most])
	breach := findings.breach("MON-QUE-003", queue.address, sprintf("%d s", [kept]), wanted)
}

found contains breach if {
	some subscription in subscriptions
	policy := plan.get(subscription, "redrive_policy")
	not values.is_unknown(policy)
	object.get(stack.dead_letters, subscription.address, null) == null
	breach := findings.breach("MON-SUB-001", subscription.address, findings.shown(policy), redriven)
}

found contains breach if {
	some subscription in subscriptions
	plan.get(subscription, "protocol") == "http"
	breach := findings.breach("MON-SUB-004", subscription.address, "protocol http", "https")
}

# The address is a secret: the message does not repeat it.
found contains breach if {
	some subscription in subscriptions
	plan.get(subscription, "protocol") in {"http", "https"}
	endpoint := plan.attribute(subscription, "endpoint")
	values.text(cursors.value(endpoint)) != ""
	cursors.references(endpoint.expression, endpoint.prefix) == []
	breach := findings.breach("MON-SUB-005", subscription.address, "the address itself", "a variable or a secret")
}

found contains breach if {
	some policy in plan.of({"aws_sns_topic_policy"})
	some statement in documents.statements(plan.get(policy, "policy"))
	documents.opens_to_everybody(statement)
	given := documents.named(statement)
	breach := findings.breach("MON-TOP-007", policy.address, given, "a principal, or a condition")
}

found contains breach if {
	some address, policies in stack.queue_policies
	some policy in policies
	some statement in documents.statements(policy)
	documents.opens_to_everybody(statement)
	given := documents.named(statement)
	breach := findings.breach("MON-QUE-008", address, given, "a principal, or a condition")
}

# Whether a dead letter queue keeps messages for longer than every queue that it serves, of which there are some.
outlives(kept, served) if {
	count(served) > 0
	every queue in served {
		not keeps_as_long(queue, kept)
	}
}

keeps_as_long(queue, kept) if seconds_kept(queue) >= kept

# Undefined where it is not known.
seconds_kept(queue) := seconds_of(plan.get(queue, "message_retention_seconds"))

seconds_of(given) := told.figures.queue_retention_seconds.usual if {
	given == null
} else := values.whole(given)
