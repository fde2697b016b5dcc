package monitoring.dates_test

import data.monitoring.dates
import rego.v1

test_day_is_a_day if dates.is_day("2026-12-31")

test_leap_days_are_days if {
	dates.is_day("2028-02-29")
	dates.is_day("2000-02-29")
}

test_what_no_calendar_has_is_no_day if {
	not dates.is_day("2027-02-29")
	not dates.is_day("1900-02-29")
	not dates.is_day("2026-04-31")
	not dates.is_day("2026-13-01")
	not dates.is_day("2026-00-10")
	not dates.is_day("2026-10-00")
	not dates.is_day("0000-01-01")
}

test_what_is_written_otherwise_is_no_day if {
	not dates.is_day("2026-1-1")
	not dates.is_day("20261231")
	not dates.is_day("2026-12-31T00:00:00Z")
	not dates.is_day("for ever")
	not dates.is_day(20261231)
	not dates.is_day(null)
}

test_days_are_in_order if {
	dates.is_day_from("2026-12-31", "2026-12-31")
	dates.is_day_from("2027-01-01", "2026-12-31")
	not dates.is_day_from("2026-12-30", "2026-12-31")
}

test_time_is_a_time if {
	dates.is_time("2028-02-29T00:00:00Z")
	dates.is_time("2026-12-31T23:59:59.123456789Z")
	dates.is_time("2026-11-23T23:30:00-05:00")
}

test_other_text_is_not_a_time if {
	not dates.is_time("2026-12-31")
	not dates.is_time("2026-12-31T23:59:59")
	not dates.is_time("2026-12-31 23:59:59Z")
	not dates.is_time("2027-02-29T00:00:00Z")
	not dates.is_time("2026-12-31T24:00:00Z")
	not dates.is_time("2026-12-31T23:59:60Z")
	not dates.is_time("2026-12-31T23:59:59+0100")
	not dates.is_time("2262-12-31T00:00:00Z")
	not dates.is_time("1798761600")
	not dates.is_time("")
	not dates.is_time(1798761600)
	not dates.is_time(null)
}
