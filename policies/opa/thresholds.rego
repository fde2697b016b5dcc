# A threshold that no value can cross silences an alarm without a trace.
#
# Judged for alarms on one metric. Of metric math the bounds are worked out by policies/, at synth and in
# reviews.
package monitoring.thresholds

import data.monitoring.cursors
import data.monitoring.findings
import data.monitoring.plan
import data.monitoring.told
import data.monitoring.values
import rego.v1

found contains breach if {
	some alarm in plan.of({"aws_cloudwatch_metric_alarm"})
	plan.get(alarm, "metric_query") == null
	plan.get(alarm, "metric_name") != null
	threshold := values.number(plan.get(alarm, "threshold"))
	operator := values.text(plan.get(alarm, "comparison_operator"))
	bounds := bounds_of(alarm)
	is_out_of_reach(operator, threshold, bounds)
	wanted := sprintf("a threshold that some value from %v to %v breaches", bounds)
	breach := findings.breach("MON-THR-003", alarm.address, sprintf("%s %v", [operator, threshold]), wanted)
}

# Of a bound that is null nothing is known.
is_out_of_reach("GreaterThanThreshold", threshold, bounds) if {
	is_number(bounds[1])
	bounds[1] <= threshold
}

is_out_of_reach("GreaterThanOrEqualToThreshold", threshold, bounds) if {
	is_number(bounds[1])
	bounds[1] < threshold
}

is_out_of_reach("LessThanThreshold", threshold, bounds) if {
	is_number(bounds[0])
	bounds[0] >= threshold
}

is_out_of_reach("LessThanOrEqualToThreshold", threshold, bounds) if {
	is_number(bounds[0])
	bounds[0] > threshold
}

# The lowest and the highest value that a metric can have under its statistic; undefined where nobody says.
bounds_of(alarm) := found if {
	kind := kind_of(statistic_of(alarm))
	found := object.get(told.figures.bounds.any, kind, object.get(published(alarm), kind, null))
	found != null
}

statistic_of(alarm) := text_or_none(plan.get(alarm, "statistic")) if {
	not plan.get(alarm, "statistic") in [null, ""]
} else := text_or_none(plan.get(alarm, "extended_statistic"))

text_or_none(value) := values.text(value) if {
	is_string(value)
	not values.is_template(value)
} else := ""

# What a statistic says of values: how many they were, their share, their sum, or where they lay.
kind_of("SampleCount") := "count"

kind_of(statistic) := "count" if startswith(lower(statistic), "tc")

kind_of(statistic) := "share" if startswith(statistic, "PR")

kind_of("Sum") := "sum"

kind_of(statistic) := "sum" if startswith(lower(statistic), "ts")

kind_of(statistic) := "value" if {
	not statistic in ["SampleCount", "Sum"]
	not startswith(lower(statistic), "tc")
	not startswith(lower(statistic), "ts")
	not startswith(statistic, "PR")
}

# The bounds of a metric by kind of statistic: AWS says so, or the unit of the filter that publishes it, or
# config/.
published(alarm) := found if {
	metric := metric_of(alarm)
	found := object.get(told.figures.bounds.metrics, [metric.namespace, metric.name], null)
	found != null
} else := found if {
	metric := metric_of(alarm)
	publishers := [filter | some filter in filters; is_of(filter, metric)]
	found := object.get(told.figures.bounds.units, publishers[0].unit, {})
} else := found if {
	metric := metric_of(alarm)
	declared := [one | some one in told.workspace.published; is_declared(one, metric)]
	found := declared[0].bounds
} else := {}

metric_of(alarm) := {
	"namespace": plan.get(alarm, "namespace"),
	"name": plan.get(alarm, "metric_name"),
	"dimensions": dimensions(plan.attribute(alarm, "dimensions")),
}

# What filters publish.
filters := [filter |
	some resource in plan.of({"aws_cloudwatch_log_metric_filter"})
	some block in cursors.block_list(plan.attribute(resource, "metric_transformation"))
	filter := {
		"namespace": cursors.value(cursors.key(block, "namespace")),
		"name": cursors.value(cursors.key(block, "name")),
		"unit": unit_of(cursors.value(cursors.key(block, "unit"))),
		"dimensions": dimensions(cursors.key(block, "dimensions")),
	}
]

unit_of(unit) := unit if {
	values.text(unit) != ""
} else := "None"

# Null where they are not known.
dimensions(cursor) := null if {
	values.is_open(cursors.value(cursor))
} else := cursors.entries(cursor)

is_of(filter, metric) if {
	values.text(metric.namespace) != ""
	values.text(metric.name) != ""
	[filter.namespace, filter.name] == [metric.namespace, metric.name]
	have_same_names(filter.dimensions, metric.dimensions)
}

have_same_names(one, other) if null in [one, other]

have_same_names(one, other) if {
	is_object(one)
	is_object(other)
	object.keys(one) == object.keys(other)
}

is_declared(one, metric) if {
	[one.namespace, one.name] == [metric.namespace, metric.name]
	fits(metric.dimensions, one.dimensions)
}

fits(null, _)

fits(given, declared) if {
	is_object(given)
	object.keys(given) == object.keys(declared)
	every name, value in given {
		is_or_may_be(value, object.get(declared, name, null))
	}
}

is_or_may_be(value, wanted) if value == wanted

is_or_may_be(value, _) if values.is_open(value)
