# An alarm reaches the people that its severity and role call for, and can fire.
package monitoring.alarms

import data.monitoring.cursors
import data.monitoring.dates
import data.monitoring.findings
import data.monitoring.plan
import data.monitoring.stack
import data.monitoring.thresholds
import data.monitoring.told
import data.monitoring.values
import rego.v1

rules := {
	"MON-ACT-001",
	"MON-ACT-002",
	"MON-ACT-003",
	"MON-ACT-004",
	"MON-ALM-001",
	"MON-ALM-002",
	"MON-EVL-001",
	"MON-MNT-001",
	"MON-MNT-002",
	"MON-THR-003",
}

deny := findings.messages(found | thresholds.found, rules)

states := ["alarm", "ok", "insufficient_data"]

# What the rules read of an alarm, each once.
alarms := [alarm |
	some resource in plan.of({"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"})
	tags := plan.attribute(resource, "tags")
	alarm := {
		"address": resource.address,
		"type": resource.type,
		"tags": cursors.entries(tags),
		"are_tags_open": values.is_open(cursors.value(tags)),
		"alarm": actions(resource, "alarm_actions"),
		"ok": actions(resource, "ok_actions"),
		"insufficient_data": actions(resource, "insufficient_data_actions"),
		"actions_enabled": plan.get(resource, "actions_enabled"),
		"treat_missing_data": plan.get(resource, "treat_missing_data"),
	}
]

actions(resource, name) := values.links(cursors.items(plan.attribute(resource, name)))

all_actions contains action if {
	some alarm in alarms
	some state in states
	some action in alarm[state]
	is_string(action)
}

# By action: the topic of this stack that it names.
topics[action] := topic if {
	some action in all_actions
	address := stack.topic(action)
	topic := stack.topics[address]
}

found contains breach if {
	some alarm in alarms
	some state in ["alarm", "ok"]
	every action in alarm[state] {
		action in [null, "", false, 0, [], {}]
	}
	none := sprintf("no %s_actions", [state])
	breach := findings.breach("MON-ACT-001", alarm.address, none, "the topic of its severity and role")
}

found contains breach if {
	some alarm in alarms
	route := called_for(alarm)
	some state in states
	some action in alarm[state]
	not reaches(action, route)
	given := sprintf("%s_actions: %s", [state, findings.shown(action)])
	wanted := sprintf("the topic of this stack with Route=%s", [route])
	breach := findings.breach("MON-ACT-002", alarm.address, given, wanted)
}

found contains breach if {
	some alarm in alarms
	alarm.actions_enabled != null
	not values.is_open(alarm.actions_enabled)
	not alarm.actions_enabled in [true, "true"]
	given := sprintf("actions_enabled = %v", [alarm.actions_enabled])
	breach := findings.breach("MON-ACT-003", alarm.address, given, "true")
}

found contains breach if {
	some alarm in alarms
	some state in states
	count(alarm[state]) > told.figures.alarm_actions_per_state
	given := sprintf("%d %s_actions", [count(alarm[state]), state])
	wanted := sprintf("at most %d", [told.figures.alarm_actions_per_state])
	breach := findings.breach("MON-ACT-004", alarm.address, given, wanted)
}

found contains breach if {
	some alarm in alarms
	not alarm.are_tags_open
	some name, rule in {"Severity": "MON-ALM-001", "Role": "MON-ALM-002"}
	tag := tag_of(alarm, name)
	not values.is_open(tag)
	allowed := object.get(told.figures.tags, name, [])
	not tag in allowed
	given := sprintf("%s = %s", [name, findings.shown(tag)])
	breach := findings.breach(rule, alarm.address, given, concat(", ", allowed))
}

found contains breach if {
	some alarm in alarms
	alarm.type == "aws_cloudwatch_metric_alarm"
	not values.is_open(alarm.treat_missing_data)
	not alarm.treat_missing_data in told.figures.missing
	wanted := concat(", ", told.figures.missing)
	breach := findings.breach("MON-EVL-001", alarm.address, findings.shown(alarm.treat_missing_data), wanted)
}

found contains breach if {
	some alarm in alarms
	until := tag_of(alarm, "MaintenanceUntil")
	until != null
	not values.is_open(until)
	not dates.is_day_from(until, told.today)
	given := sprintf("MaintenanceUntil = %s", [findings.shown(until)])
	breach := findings.breach("MON-MNT-001", alarm.address, given, sprintf("a date from %s on", [told.today]))
}

found contains breach if {
	some alarm in alarms
	until := tag_of(alarm, "MaintenanceUntil")
	last := told.day_after(told.figures.longest_maintenance_days)
	dates.is_day_from(until, last)
	until != last
	given := sprintf("MaintenanceUntil = %s", [until])
	breach := findings.breach("MON-MNT-002", alarm.address, given, sprintf("%s at the latest", [last]))
}

tag_of(alarm, name) := object.get(alarm.tags, name, null)

# Undefined where severity or role are not legal, or not known.
called_for(alarm) := route if {
	route := object.get(told.figures.routes, [tag_of(alarm, "Severity"), tag_of(alarm, "Role")], null)
	route != null
}

# Whether an action is a topic of this stack with this route, or may still turn out to be.
reaches(action, _) if values.is_unknown(action)

reaches(action, route) if is_served(object.get(topics, action, null), route)

# In a plan the topic's own ARN may be unknown while the alarm's action is an ARN already.
reaches(action, route) if {
	is_string(action)
	not values.reference(action)
	object.get(topics, action, null) == null
	some topic in stack.topics
	topic.is_arn_unknown
	topic.route == route
	endswith(action, concat(":", ["", values.text(topic.name)]))
}

is_served(topic, route) if topic.route == route

is_served(topic, _) if values.is_unknown(topic.route)
