# What data.json tells: figures of AWS, and what config/ demands of each workspace. And the date.
package monitoring.told

import data.monitoring.dates
import rego.v1

# Beside this file; the second holds where the whole repository is loaded, and not this folder alone.
figures := data.told

figures := data.policies.opa.told

workspace := found if {
	name := input.run.workspace.name
	found := figures.workspaces[name]
}

# What makes every policy fail: else rules that have nothing to judge by would let everything pass.
obstacles contains "data.json was not loaded: it belongs beside policies.hcl" if not figures

obstacles contains message if {
	figures
	not workspace
	message := sprintf(
		"data.json knows no workspace %v: run `python -m ops opa`, or attach this policy set to fewer workspaces",
		[_name],
	)
}

obstacles contains "the plan has no planned_values: there is nothing to judge" if {
	not _is_planned
}

# Without a date, the rules that compare with it are undefined and find nothing.
obstacles contains message if {
	not today
	message := sprintf(
		"run.created_at: %v is not an RFC 3339 time such as 2026-12-31T23:59:59Z. Pass the time when the run was created",
		[_created],
	)
}

_name := name if {
	name := input.run.workspace.name
} else := "without a name"

# A plan that destroys everything has an empty root module. A rule of its own: OPA looks up an argument before
# it negates the call, so that `not is_object(input.plan)` would be undefined without a plan, not true.
_is_planned if is_object(input.plan.planned_values.root_module)

# The day of the run in UTC, like 2026-12-31. It is undefined if the time of the run cannot be read.
today := _day(_now)

# HCP Terraform always passes the time of the run. An input without it, as for `opa eval`, is judged as of now.
_now := time.now_ns() if {
	_created == null
} else := time.parse_rfc3339_ns(_created) if {
	dates.is_time(_created)
}

_created := object.get(input, ["run", "created_at"], null)

_day(moment) := sprintf("%04d-%02d-%02d", time.date(moment))

day_after(days) := _day(time.add_date(_now, 0, 0, days))
