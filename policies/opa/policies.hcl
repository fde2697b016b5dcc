# The policy set for HCP Terraform. docs/hcp.md tells how to attach it, and lists the rules of each policy.
# The queries are the rules `deny` of the files beside this one.

policy "alarms" {
  description       = "An alarm reaches the people that its severity and role call for, and can fire"
  query             = "data.monitoring.alarms.deny"
  enforcement_level = "mandatory"
}

policy "delivery" {
  description       = "Notices are encrypted, lose nothing on their way, and nobody can read or send them unbidden"
  query             = "data.monitoring.delivery.deny"
  enforcement_level = "mandatory"
}

policy "functions" {
  description       = "Functions log where it is kept, give nothing away, and roles may do no more than they need"
  query             = "data.monitoring.functions.deny"
  enforcement_level = "mandatory"
}

policy "logs" {
  description       = "Log events expire, not too early, and are encrypted until then"
  query             = "data.monitoring.logs.deny"
  enforcement_level = "mandatory"
}

policy "tags" {
  description       = "What can be tagged says whose it is and what it belongs to"
  query             = "data.monitoring.tags.deny"
  enforcement_level = "mandatory"
}
