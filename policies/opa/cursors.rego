# One value of a plan: what it will be, beside what is missing of it and its expression in the configuration.
#
# policies/expressions.py merges the three for a whole value; here they are followed step by step.
package monitoring.cursors

import data.monitoring.values
import rego.v1

nothing := {"value": null, "missing": null, "expression": null, "prefix": ""}

# What stands there: known, null, or unknown.
value(cursor) := resolved(cursor).value

# Where the plan does not know, what the configuration says takes its place.
resolved(cursor) := object.union(nothing, {"value": _written(cursor.expression, cursor.prefix)}) if {
	cursor.missing == true
} else := cursor

# What stands under one name or two, in the first of the blocks on the way.
inside(cursor, names) := key(first(cursor), names[0]) if count(names) == 1

inside(cursor, names) := key(first(key(first(cursor), names[0])), names[1]) if count(names) == 2

# The first block; a value that is not known stays so.
first(cursor) := resolved(cursor) if {
	values.is_unknown(value(cursor))
} else := found if {
	found := block_list(cursor)[0]
} else := nothing

# The blocks in a value.
block_list(cursor) := [block |
	some block in _elements(resolved(cursor))
	values.is_map(block.value)
]

# All of a list, its unknown parts as such.
items(cursor) := [found |
	value(cursor) != null
	some item in _elements(resolved(cursor))
	found := _item(item)
]

# Of a map only what is set.
_item(cursor) := entries(cursor) if {
	values.is_map(cursor.value)
} else := cursor.value

# All that is set in a map; nothing of an unknown one, or of another value.
entries(cursor) := {name: found |
	map := resolved(cursor)
	values.is_map(map.value)
	some name in object.keys(map.value) | object.keys(_map(map.missing))
	found := key(map, name).value
	found != null
}

# What stands in a map under a key. What a provider fills in for what nobody set, is not there.
key(map, _) := map if values.is_unknown(map.value)

key(map, name) := _kept(resolved({
	"value": object.get(map.value, name, null),
	"missing": object.get(_map(map.missing), name, null),
	"expression": _at(map.expression, name, map.prefix),
	"prefix": map.prefix,
})) if {
	values.is_map(map.value)
}

key(map, _) := nothing if not is_object(map.value)

_kept(cursor) := nothing if {
	cursor.value in [null, "", [], {}]
} else := cursor

_elements(list) := [found |
	some index in values.places(list.value)
	found := _element(list, index)
] if {
	is_array(list.value)
} else := [list]

# Of one expression for the whole list the references count for each part.
_element(list, index) := _part(list, index, {
	"references": object.get(_map(list.expression), "references", null),
	"constant_value": _only_constant(list),
}) if {
	not is_array(list.expression)
}

_element(list, index) := resolved({
	"value": _set_in(list.expression[0], list.value[index]),
	"missing": _set_in(list.expression[0], values.part(list.missing, index)),
	"expression": list.expression[0],
	"prefix": list.prefix,
}) if {
	is_array(list.expression)
	count(list.expression) == 1
	count(list.value) == 1
}

# Blocks may be a set, in another order than the configuration: then none is sure.
_element(list, index) := _part(list, index, null) if {
	is_array(list.expression)
	[count(list.expression), count(list.value)] != [1, 1]
}

_part(list, index, expression) := resolved({
	"value": list.value[index],
	"missing": values.part(list.missing, index),
	"expression": expression,
	"prefix": list.prefix,
})

_only_constant(list) := constants[0] if {
	count(list.value) == 1
	constants := values.list(_constant(list.expression, list.prefix))
	count(constants) == 1
} else := null

# What a provider fills in where a block sets nothing is no choice.
_set_in(block, found) := object.filter(found, object.keys(block)) if {
	is_object(block)
	is_object(found)
} else := found

_map(found) := found if {
	is_object(found)
} else := {}

# Text with its references where the plan has it, as of a configuration in JSON; else its references.
_written(expression, prefix) := found if {
	references(expression, prefix) != []
	found := _constant(expression, prefix)
	found != null
} else := values.unknown(references(expression, prefix))

# Those that name an attribute: Terraform lists the resource itself behind each of them.
references(expression, prefix) := [found |
	names := _names_in(expression)
	some name in names
	not _is_parent(name, names)
	found := concat("", [prefix, name])
]

_names_in(expression) := [name |
	some name in values.list(object.get(_map(expression), "references", null))
	is_string(name)
]

_is_parent(name, names) if {
	some other in names
	startswith(other, concat("", [name, "."]))
}

# In a module the text names what it refers to by addresses that only hold in there.
_constant(expression, prefix) := object.get(_map(expression), "constant_value", null) if {
	prefix == ""
} else := null

# The expression of a part; a map written in one expression has but one for all its keys.
_at(expression, name, prefix) := {
	"references": expression.references,
	"constant_value": object.get(_map(_constant(expression, prefix)), name, null),
} if {
	"references" in object.keys(_map(expression))
} else := object.get(_map(expression), name, null)
