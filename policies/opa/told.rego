# What data.json tells: figures of AWS, and what config/ demands of each workspace. And the date.
package monitoring.told

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
	name := object.get(input, ["run", "workspace", "name"], "without a name")
	message := sprintf(
		"data.json knows no workspace %v: run `python -m ops opa`, or attach this policy set to fewer workspaces",
		[name],
	)
}

obstacles contains "the plan has no planned_values: there is nothing to judge" if {
	not is_object(input.plan.planned_values)
}

# The day of the run, or else today, in UTC, like 2026-12-31.
today := _day(_now)

_now := moment if {
	moment := time.parse_rfc3339_ns(input.run.created_at)
} else := time.now_ns()

_day(moment) := sprintf("%04d-%02d-%02d", time.date(moment))

day_after(days) := _day(time.add_date(_now, 0, 0, days))
