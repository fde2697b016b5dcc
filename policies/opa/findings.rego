# What a rule finds, and how findings become messages.
package monitoring.findings

import data.monitoring.told
import rego.v1

breach(rule, address, found, wanted) := {"rule": rule, "address": address, "found": found, "wanted": wanted}

# What a policy refuses: breaches of its rules that nothing accepts, and what accepts them for too long.
# If there is nothing to judge by, it refuses everything.
messages(breaches, rules) := {message |
	judged := breaches | expired(rules)
	some one in judged
	not is_accepted(one)
	message := concat("", [one.rule, " ", one.address, ": found ", one.found, "; wanted ", one.wanted])
} | told.obstacles

# Whether a waiver of config/ accepts a breach: up to and including its date.
is_accepted(one) if {
	some waiver in told.workspace.waivers
	waiver.rule == one.rule
	waiver.expires >= told.today
	regex.match(waiver.pattern, one.address)
}

# Waivers of these rules whose date has passed.
expired(rules) := {one |
	some waiver in told.workspace.waivers
	waiver.rule in rules
	waiver.expires < told.today
	address := sprintf("waivers: %s at %s", [waiver.rule, waiver.address])
	found := sprintf("expired on %s", [waiver.expires])
	one := breach("MON-WAV-001", address, found, sprintf("a date from %s on", [told.today]))
}

# A value in a message.
shown(value) := "nothing" if {
	value in [null, "", []]
} else := value if {
	is_string(value)
} else := "a value not known yet" if {
	value["${unknown}"]
} else := sprintf("%v", [value])
