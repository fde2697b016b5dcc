# Log events expire, not too early, and are encrypted until then.
package monitoring.logs

import data.monitoring.findings
import data.monitoring.keys
import data.monitoring.plan
import data.monitoring.told
import data.monitoring.values
import rego.v1

rules := {"MON-RET-001", "MON-RET-002", "MON-RET-003"}

deny := findings.messages(found, rules)

groups := [group |
	some resource in plan.of({"aws_cloudwatch_log_group"})
	group := {
		"address": resource.address,
		"days": plan.get(resource, "retention_in_days"),
		"key": plan.get(resource, "kms_key_id"),
	}
]

found contains breach if {
	some group in groups
	not values.is_open(group.days)
	not is_retention(group.days)
	wanted := "a number of days that CloudWatch Logs has"
	breach := findings.breach("MON-RET-001", group.address, findings.shown(group.days), wanted)
}

found contains breach if {
	some group in groups
	days := values.whole(group.days)
	days != 0
	days < told.workspace.minimum_retention_days
	wanted := sprintf("at least %d", [told.workspace.minimum_retention_days])
	breach := findings.breach("MON-RET-002", group.address, findings.shown(group.days), wanted)
}

found contains breach if {
	some group in groups
	not keys.is_customer_key(group.key)
	wanted := "the ARN of a customer key"
	breach := findings.breach("MON-RET-003", group.address, findings.shown(group.key), wanted)
}

is_retention(days) if values.whole(days) in told.figures.retention_days
