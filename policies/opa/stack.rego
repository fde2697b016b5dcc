# The resources of a plan by what others call them, and where each puts what it cannot deliver.
package monitoring.stack

import data.monitoring.cursors
import data.monitoring.plan
import data.monitoring.values
import rego.v1

# By type: the arguments whose text others know it by.
_names := {
	"aws_sns_topic": ["arn", "id"],
	"aws_sqs_queue": ["arn", "id", "url"],
	"aws_cloudwatch_log_group": ["name", "id"],
	"aws_kms_key": ["arn", "id", "key_id"],
	"aws_kms_alias": ["name", "arn", "id", "target_key_arn", "target_key_id"],
}

_senders := {
	"aws_sqs_queue",
	"aws_sns_topic_subscription",
	"aws_lambda_function",
	"aws_lambda_function_event_invoke_config",
	"aws_scheduler_schedule",
}

# The resource at an address, which may lack the index that it has in the plan: a configuration's
# references inside of a module name none. Then it is the last of them.
at(address) := found if {
	found := object.get(_by_address, address, _last(address))
	found != null
}

_last(address) := _numbered(max(object.get(_bare, address, [-1])))

_by_address := {found.address: found | some found in plan.resources}

_numbered(place) := found if {
	found := plan.resources[place]
} else := null

_bare[address] contains index if {
	some index, found in plan.resources
	contains(found.address, "[")
	address := values.without_indexes(found.address)
}

# By type, attribute and its text: where in the plan the resources stand that have it.
_texts[type][name][text] contains index if {
	some index, found in plan.resources
	type := found.type
	some name in _names[type]
	text := values.text(plan.get(found, name))
	text != ""
}

# The address of the resource of a type that a value names: by a reference to one of these attributes,
# or by what stands in one of them. Undefined if there is none.
linked(type, value, attributes) := found[0] if {
	found := [address |
		some one in values.links(value)
		address := _named(type, one, attributes)
	]
}

_named(type, value, attributes) := found.address if {
	target := values.reference(value)
	target.attribute in attributes
	found := at(target.address)
	found.type == type
}

_named(type, value, attributes) := found.address if {
	not values.reference(value)
	places := [place | some name in attributes; some place in object.get(_texts, [type, name, value], [])]
	found := _numbered(places[0])
}

# What alarms act on, by address.
topics[address] := {
	"name": plan.get(resource, "name"),
	"route": object.get(cursors.entries(plan.attribute(resource, "tags")), "Route", null),
	"is_arn_unknown": values.is_unknown(plan.get(resource, "arn")),
} if {
	some resource in plan.of({"aws_sns_topic"})
	address := resource.address
}

topic(value) := linked("aws_sns_topic", value, ["arn", "id"])

queue(value) := linked("aws_sqs_queue", value, ["arn", "id", "url"])

# By the address of a sender: the address of the queue of this stack that gets what it cannot deliver.
dead_letters[address] := queue if {
	some sender in plan.of(_senders)
	address := sender.address
	queue := linked("aws_sqs_queue", dead_letter_target(sender), ["arn"])
}

# By dead letter queue: whose dead letters it gets.
served[queue] contains sender if {
	some sender, queue in dead_letters
}

# By queue: its policies, be they resources of their own or not.
queue_policies[address] contains policy if {
	some queue in plan.of({"aws_sqs_queue"})
	address := queue.address
	policy := plan.get(queue, "policy")
}

queue_policies[address] contains policy if {
	some resource in plan.of({"aws_sqs_queue_policy"})
	address := linked("aws_sqs_queue", plan.get(resource, "queue_url"), ["arn", "id", "url"])
	policy := plan.get(resource, "policy")
}

# The ARN of a dead letter queue as it stands; unknown, or undefined.
dead_letter_target(sender) := plan.within(sender, ["dead_letter_config", "target_arn"]) if {
	sender.type == "aws_lambda_function"
}

dead_letter_target(sender) := plan.within(sender, ["destination_config", "on_failure", "destination"]) if {
	sender.type == "aws_lambda_function_event_invoke_config"
}

dead_letter_target(sender) := plan.within(sender, ["target", "dead_letter_config", "arn"]) if {
	sender.type == "aws_scheduler_schedule"
}

dead_letter_target(sender) := _redriven(plan.get(sender, "redrive_policy")) if {
	sender.type in {"aws_sqs_queue", "aws_sns_topic_subscription"}
}

_redriven(policy) := policy if {
	values.is_unknown(policy)
} else := values.from_json(policy).deadLetterTargetArn
