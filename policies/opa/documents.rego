# IAM policy documents, as far as the rules ask.
package monitoring.documents

import data.monitoring.findings
import data.monitoring.values
import rego.v1

# The statements of a policy; none if it is no text that is a document.
statements(policy) := values.blocks(object.get(values.mapped(document), "Statement", null)) if {
	document := values.from_json(policy)
} else := []

# The actions that a statement names, in small letters, as IAM does not tell them apart.
actions_of(statement) := [action |
	some given in values.list(object.get(statement, "Action", null))
	is_string(given)
	action := lower(given)
]

is_for_everybody(statement) if object.get(statement, "Principal", null) == "*"

is_for_everybody(statement) if {
	principal := values.mapped(object.get(statement, "Principal", null))
	"*" in values.list(object.get(principal, "AWS", null))
}

# The values of conditions, each with its key, in small letters, too.
conditions(statement) := [condition |
	some tests in values.mapped(object.get(statement, "Condition", null))
	some key in object.keys(values.mapped(tests))
	condition := {"key": lower(key), "values": values.list(object.get(tests, key, null))}
]

# Whether a condition restricts a key, and not to everything.
restricts(statement, key) if {
	some condition in conditions(statement)
	condition.key == key
	condition.values != []
	not "*" in condition.values
}

# Whether a statement is about an action, given in lower case: it names it, or all but others.
is_about(statement, action) if {
	left_out := values.list(object.get(statement, "NotAction", null))
	left_out != []
	spared := [name | some name in left_out; is_string(name); is_like_glob(lower(name), action)]
	spared == []
}

is_about(statement, action) if {
	values.list(object.get(statement, "NotAction", null)) == []
	some name in actions_of(statement)
	is_like_glob(name, action)
}

# Whether a text with a reference in it stands for an action.
has_open_action(statement) if {
	some part in ["Action", "NotAction"]
	some name in values.list(object.get(statement, part, null))
	values.is_open(name)
}

# Whether the whole text fits a pattern with "*" and "?".
is_like_glob(pattern, text) if regex.match(_glob_regex(pattern), text)

_glob_regex(pattern) := concat("", ["^", _wild(_plain_text(pattern)), "$"])

_wild(text) := replace(replace(text, "*", ".*"), "?", ".")

_plain_text(text) := regex.replace(text, `[^\w*?:/ -]`, ".")

# Whether the principal of a statement is a service: "yes", "no", or "maybe" where that is not known.
is_for_service(statement, service) := _opposite(_among(statement.NotPrincipal, service)) if {
	"NotPrincipal" in object.keys(statement)
} else := _among(object.get(statement, "Principal", null), service)

_opposite(answer) := object.get({"yes": "no", "no": "yes"}, answer, "maybe")

_among(principal, _) := "yes" if principal == "*"

_among(principal, service) := _best(array.concat(everybody, services)) if {
	principal != "*"
	map := values.mapped(principal)
	everybody := ["yes" | some name in values.list(object.get(map, "AWS", null)); name == "*"]
	services := [answer |
		some name in values.list(object.get(map, "Service", null))
		answer := _fits_service(name, service)
	]
}

_best(answers) := "yes" if {
	"yes" in answers
} else := "maybe" if {
	"maybe" in answers
} else := "no"

_fits_service(name, _) := "maybe" if not is_string(name)

_fits_service(name, service) := answer if {
	is_string(name)
	answer := _fits_text(name, service)
}

_fits_text(name, service) := "yes" if {
	_is_service(name, service)
} else := "maybe" if {
	_may_be_service(name, service)
} else := "no"

_is_service(name, service) if name == service

_is_service(name, _) if {
	name != ""
	trim(name, "*") == ""
}

_is_service(name, service) if {
	not _is_regional(name, service)
	not values.is_open(name)
	not values.is_open(service)
	is_like_glob(name, service)
}

_may_be_service(name, service) if _is_regional(name, service)

_may_be_service(name, service) if {
	true in {values.is_open(name), values.is_open(service)}
	before := _first(_first(_first(name, "*"), "?"), "${")
	known := _first(service, "${")
	true in {startswith(before, known), startswith(known, before)}
}

_first(text, mark) := split(text, mark)[0]

# A service may have a name for each Region, of which only Logs needs one.
_is_regional(name, service) if {
	name != service
	own := split(service, ".")
	other := split(name, ".")
	own[0] == other[0]
	own == [own[0], "amazonaws", "com"]
	count(other) > 3
}

# In a message.
named(statement) := concat(" ", ["statement", findings.shown(object.get(statement, "Sid", "without Sid"))])

# Whether a policy lets everybody in, whatever the circumstances.
opens_to_everybody(statement) if {
	object.get(statement, "Effect", null) == "Allow"
	is_for_everybody(statement)
	conditions(statement) == []
}
