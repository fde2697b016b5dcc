# Customer keys, as against those whose policy only AWS can change.
package monitoring.keys

import data.monitoring.values
import rego.v1

is_customer_key(key) if {
	is_string(key)
	key != ""
	not contains(key, "alias/aws/")
} else := values.is_unknown(key)
