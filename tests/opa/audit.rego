# What the policies find and refuse, without the texts: for tests that compare.
package audit

import data.monitoring.alarms
import data.monitoring.delivery
import data.monitoring.findings
import data.monitoring.functions
import data.monitoring.keys
import data.monitoring.logs
import data.monitoring.tags
import data.monitoring.thresholds
import rego.v1

areas := [alarms.found, delivery.found, functions.found, keys.found, logs.found, tags.found, thresholds.found]

marks contains {"rule": one.rule, "address": one.address, "accepted": accepted(one)} if {
	some area in areas
	some one in area
}

accepted(one) if {
	findings.is_accepted(one)
} else := false

refused := {
	"alarms": count(alarms.deny),
	"delivery": count(delivery.deny),
	"functions": count(functions.deny),
	"logs": count(logs.deny),
	"tags": count(tags.deny),
}
