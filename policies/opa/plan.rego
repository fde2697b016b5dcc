# Where a plan says what: what will be, and what that is made of while it is not known.
#
# Only what the configuration sets is read, so that the provider's defaults do not pass for choices.
# policies/plan.py reads plans in the same way. A resource is kept as the places where the plan tells of
# it: engines copy what they hand around.
package monitoring.plan

import data.monitoring.cursors
import data.monitoring.values
import rego.v1

# What Terraform works out and the rules want to know.
computed := {"arn", "id", "tags_all"}

# The managed resources that will be there once the plan is applied.
resources := [resource |
	some module in _planned_modules
	listed := object.get(input.plan, array.concat(module, ["resources"]), [])
	some index in values.places(listed)
	item := listed[index]
	object.get(item, "mode", "managed") == "managed"
	values.text(item.type) != ""
	values.text(item.address) != ""
	configured := object.get(_configured, values.without_indexes(item.address), {"place": nowhere, "prefix": ""})
	resource := {
		"address": item.address,
		"type": item.type,
		"planned": array.concat(module, ["resources", index]),
		"change": object.get(_changes, item.address, nowhere),
		"configured": configured.place,
		"prefix": configured.prefix,
	}
]

of(types) := [resource | some resource in resources; resource.type in types]

# What an argument will be: known, null where nobody sets it, or unknown.
get(resource, name) := cursors.value(attribute(resource, name))

# What stands in nested blocks under these names, in the first of each.
within(resource, names) := cursors.value(cursors.inside(attribute(resource, names[0]), array.slice(names, 1, 3)))

# An argument of a resource, as a cursor.
attribute(resource, name) := cursor if {
	expression := object.get(input.plan, array.concat(resource.configured, ["expressions", name]), null)
	is_set(resource, name, expression)
	cursor := {
		"value": object.get(input.plan, array.concat(resource.planned, ["values", name]), null),
		"missing": object.get(input.plan, array.concat(resource.change, ["change", "after_unknown", name]), null),
		"expression": expression,
		"prefix": resource.prefix,
	}
} else := cursors.nothing

is_set(_, _, expression) if expression != null

is_set(_, name, null) if name in computed

is_set(resource, _, null) if resource.configured == nowhere

# The policy of a key that exists may have been set outside of the configuration.
is_set(resource, "policy", null) if {
	resource.type == "aws_kms_key"
	given := object.get(input.plan, array.concat(resource.planned, ["values", "policy"]), null)
	not given in [null, "", false, 0, [], {}]
}

# The Region of a resource: its own argument before the provider's. Undefined where it is not known.
region_of(resource) := found if {
	plan_value := get(resource, "region")
	found := _region(plan_value)
}

_region(given) := region if {
	given == null
} else := values.text(given)

region := found if {
	count(_providers) == 1
	some provider in _providers
	found := values.text(provider.expressions.region.constant_value)
} else := found if {
	count(_regions) == 1
	some found in _regions
}

_providers := [provider |
	some provider in input.plan.configuration.provider_config
	provider.name == "aws"
]

# Those in the ARNs that are known.
_regions contains part if {
	some resource in resources
	parts := split(values.text(get(resource, "arn")), ":")
	count(parts) > 3
	part := parts[3]
	part != ""
}

# A place that no plan has.
nowhere := ["nowhere"]

# The root module, and those below it: behind "child_modules" and an index for each.
_planned_modules contains ["planned_values", "root_module"]

_planned_modules contains module if {
	walk(input.plan.planned_values.root_module.child_modules, [path, _])
	count(path) % 2 == 1
	every step in values.places(path) {
		_is_child(step, path[step])
	}
	module := array.concat(["planned_values", "root_module", "child_modules"], path)
}

_is_child(step, _) if step % 2 == 0

_is_child(_, "child_modules")

# The root module, and those that it calls: behind "module_calls", a name and "module" for each.
_configured_modules contains ["configuration", "root_module"]

_configured_modules contains module if {
	walk(input.plan.configuration.root_module.module_calls, [path, _])
	count(path) % 3 == 2
	every step in values.places(path) {
		_is_called(step, path[step])
	}
	module := array.concat(["configuration", "root_module", "module_calls"], path)
}

_is_called(step, _) if step % 3 == 0

_is_called(step, "module") if step % 3 == 1

_is_called(step, "module_calls") if step % 3 == 2

# By address: where the changes stand. What is left of an object that is replaced has a change of its own,
# at the same address.
_changes := {change.address: place |
	some index, change in input.plan.resource_changes
	not change.deposed
	place := ["resource_changes", index]
}

# By address without indexes: where the configuration stands, and behind what its references hold.
_configured := {address: found |
	some module in _configured_modules
	some index, item in object.get(input.plan, array.concat(module, ["resources"]), [])
	prefix := _prefix(array.slice(module, 3, count(module)))
	address := concat("", [prefix, item.address])
	found := {"place": array.concat(module, ["resources", index]), "prefix": prefix}
}

_prefix(path) := concat("", [call |
	some step in values.places(path)
	step % 3 == 0
	call := concat("", ["module.", path[step], "."])
])
