# What can be tagged says whose it is and what it belongs to.
package monitoring.tags

import data.monitoring.cursors
import data.monitoring.findings
import data.monitoring.plan
import data.monitoring.told
import data.monitoring.values
import rego.v1

rules := {"MON-TAG-001", "MON-TAG-002"}

deny := findings.messages(found, rules)

# By address: the tags of what takes tags that are known; its own over those of the provider, if the plan
# has put them together.
tags[address] := cursors.entries(given) if {
	some resource in plan.resources
	resource.type in told.figures.taggable
	address := resource.address
	own := plan.attribute(resource, "tags")
	together := plan.attribute(resource, "tags_all")
	not values.is_open(cursors.value(own))
	not values.is_open(cursors.value(together))
	given := first_map(together, own)
}

first_map(one, other) := one if {
	is_object(cursors.value(one))
} else := other

found contains breach if {
	some address, given in tags
	some name, _ in told.workspace.required_tags
	object.get(given, name, "") == ""
	none := sprintf("no tag %s", [name])
	breach := findings.breach("MON-TAG-001", address, none, sprintf("a value for %s", [name]))
}

found contains breach if {
	some address, given in tags
	some name, allowed in told.workspace.required_tags
	value := object.get(given, name, "")
	value != ""
	allowed.values != []
	not is_tag_value(value, allowed.patterns)
	shown := sprintf("%s = %s", [name, findings.shown(value)])
	breach := findings.breach("MON-TAG-002", address, shown, concat(", ", allowed.values))
}

is_tag_value(value, _) if values.is_open(value)

is_tag_value(value, patterns) if {
	is_string(value)
	some pattern in patterns
	regex.match(pattern, value)
}
