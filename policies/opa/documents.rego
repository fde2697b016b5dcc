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

# In a message.
named(statement) := concat(" ", ["statement", findings.shown(object.get(statement, "Sid", "without Sid"))])

# Whether a policy lets everybody in, whatever the circumstances.
opens_to_everybody(statement) if {
	object.get(statement, "Effect", null) == "Allow"
	is_for_everybody(statement)
	conditions(statement) == []
}
