# Dates like 2026-12-31, which sort as text, and times like 2026-12-31T23:59:59.5+01:00 (RFC 3339).
package monitoring.dates

import rego.v1

is_day_from(text, first) if {
	is_day(text)
	text >= first
}

is_day(text) if {
	is_string(text)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, text)
	year := _number(substring(text, 0, 4))
	month := _number(substring(text, 5, 2))
	day := _number(substring(text, 8, 2))
	year >= 1
	month >= 1
	month <= 12
	day >= 1
	day <= _days_of(year, month)
}

# A time that time.parse_rfc3339_ns can read: its nanoseconds end in the year 2262.
is_time(text) if {
	is_string(text)
	regex.match(`^(19|20|21).{8}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, text)
	is_day(substring(text, 0, 10))
}

# The text of a number does not begin with zeros.
_number(digits) := to_number(trim_left(digits, "0")) if {
	trim_left(digits, "0") != ""
} else := 0

_days_of(year, month) := 29 if {
	month == 2
	_is_leap(year)
} else := [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]

_is_leap(year) if year % 400 == 0

_is_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}
