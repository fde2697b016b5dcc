# Values as they stand in a plan: known, absent (null), or only known to Terraform.
package monitoring.values

import rego.v1

# A value that the plan does not know yet, with the references that it is made of. No argument has such a key.
unknown(references) := {"${unknown}": references}

is_unknown(value) if {
	is_array(value["${unknown}"])
} else := false

# Text with a reference in it; "$${" is a plain "${".
is_template(value) if {
	is_string(value)
	contains(value, "${")
	regex.match(`(^|[^$])\$\{`, value)
} else := false

# Whether it is set to something that only Terraform will know.
is_open(value) := true in {is_unknown(value), is_template(value)}

# Undefined unless it is known text.
text(value) := value if {
	is_string(value)
	not is_template(value)
}

# Undefined unless it is a number, or the text of one.
number(value) := value if is_number(value)

number(value) := to_number(value) if {
	is_string(value)
	regex.match(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`, value)
}

# Undefined unless it is a whole number.
whole(value) := found if {
	found := number(value)
	found == floor(found)
}

is_map(value) if {
	is_object(value)
	not is_unknown(value)
}

# A single value is a list of one, nothing is empty.
list(value) := [] if value == null

list(value) := value if is_array(value)

list(value) := [value] if {
	value != null
	not is_array(value)
}

# A map; anything else is empty.
mapped(value) := value if {
	is_map(value)
} else := {}

# The indexes of an array.
places(array) := numbers.range(0, count(array) - 1) if array != []

places([]) := []

# What stands in a tree under a name or an index, or null.
part(tree, step) := found if {
	found := tree[step]
} else := null

# Nested blocks, which may stand alone or in a list.
blocks(value) := [block | some block in list(value); is_map(block)]

# A list whose unknown parts are written as the references that they are made of.
links(value) := [found | some item in list(value); some found in _links(item)]

_links(item) := [found |
	some one in item["${unknown}"]
	found := concat("", ["${", one, "}"])
] if {
	is_unknown(item)
	item["${unknown}"] != []
} else := [item]

# Undefined unless the value is one reference and nothing else.
reference(value) := {"address": address, "attribute": attribute} if {
	is_string(value)
	startswith(value, "${")
	endswith(value, "}")
	inner := substring(value, 2, count(value) - 3)
	parts := split(inner, ".")
	attribute := parts[count(parts) - 1]
	regex.match(`^\w+$`, attribute)
	address := substring(inner, 0, count(inner) - count(attribute) - 1)
	regex.match(`^[\w.-]+$`, without_indexes(address))
}

# An address without its indexes.
without_indexes(address) := regex.replace(address, `\[[^\]{}]*\]`, "") if {
	contains(address, "[")
} else := address

# What JSON text says; undefined if it is none.
from_json(value) := json.unmarshal(value) if {
	is_string(value)
	json.is_valid(value)
}
