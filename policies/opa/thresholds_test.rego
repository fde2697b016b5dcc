package monitoring.thresholds_test

import data.monitoring.thresholds
import rego.v1

test_threshold_at_the_highest_value_is_out_of_reach_from_above if {
	thresholds.is_out_of_reach("GreaterThanThreshold", 100, [0, 100])
	not thresholds.is_out_of_reach("GreaterThanOrEqualToThreshold", 100, [0, 100])
	thresholds.is_out_of_reach("GreaterThanOrEqualToThreshold", 101, [0, 100])
	not thresholds.is_out_of_reach("GreaterThanThreshold", 99, [0, 100])
}

test_threshold_at_the_lowest_value_is_out_of_reach_from_below if {
	thresholds.is_out_of_reach("LessThanThreshold", 0, [0, 100])
	not thresholds.is_out_of_reach("LessThanOrEqualToThreshold", 0, [0, 100])
	thresholds.is_out_of_reach("LessThanOrEqualToThreshold", -1, [0, 100])
	not thresholds.is_out_of_reach("LessThanThreshold", 1, [0, 100])
}

test_of_what_nobody_knows_nothing_is_claimed if {
	not thresholds.is_out_of_reach("GreaterThanThreshold", 100, [null, null])
	not thresholds.is_out_of_reach("LessThanThreshold", 100, [null, null])
	not thresholds.is_out_of_reach("GreaterThanUpperThreshold", 100, [0, 100])
}

test_statistic_says_what_of_values if {
	thresholds.kind_of("SampleCount") == "count"
	thresholds.kind_of("TC(1:2)") == "count"
	thresholds.kind_of("PR(:1)") == "share"
	thresholds.kind_of("Sum") == "sum"
	thresholds.kind_of("ts99") == "sum"
	thresholds.kind_of("p99") == "value"
	thresholds.kind_of("tm99") == "value"
}

test_dimensions_are_the_same_as_far_as_they_are_known if {
	thresholds.fits(null, {"A": "x"})
	thresholds.fits({"A": "${b.c.d}"}, {"A": "x"})
	not thresholds.fits({"A": "y"}, {"A": "x"})
	not thresholds.fits({}, {"A": "x"})
}
