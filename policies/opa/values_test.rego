package monitoring.values_test

import data.monitoring.values
import rego.v1

test_reference_is_open if {
	values.is_open("${aws_sns_topic.critical.arn}")
	values.is_open("arn:${data.aws_partition.current.partition}:sns")
	values.is_open(values.unknown([]))
}

test_plain_value_is_not_open if {
	not values.is_open("arn:aws:sns")
	not values.is_open("costs $${amount}")
	not values.is_open(null)
	not values.is_open({"a": "${b}"})
}

test_reference_has_an_address_and_an_attribute if {
	values.reference("${aws_sns_topic.critical.arn}") == {"address": "aws_sns_topic.critical", "attribute": "arn"}
	values.reference("${module.a[0].aws_sns_topic.b.arn}").address == "module.a[0].aws_sns_topic.b"
}

test_anything_else_is_no_reference if {
	not values.reference("aws_sns_topic.critical.arn")
	not values.reference("x${aws_sns_topic.critical.arn}")
	not values.reference("${aws_sns_topic.a.arn}${aws_sns_topic.b.arn}")
	not values.reference("${join(var.a, var.b)}")
	not values.reference("${}")
	not values.reference(null)
	not values.reference(7)
}

test_number_may_be_text if {
	values.number("0.5") == 0.5
	values.whole("30") == 30
	values.whole(30) == 30
}

test_anything_else_is_no_number if {
	not values.number("many")
	not values.number("")
	not values.number(true)
	not values.number(null)
	not values.whole(0.5)
}

test_single_value_is_a_list_of_one if {
	values.list(null) == []
	values.list("a") == ["a"]
	values.list(["a", null]) == ["a", null]
	values.list({}) == [{}]
}

test_unknown_value_is_known_by_its_references if {
	values.links(["a", values.unknown(["b.c"])]) == ["a", "${b.c}"]
	values.links(values.unknown([])) == [values.unknown([])]
}

test_block_is_a_map if {
	values.blocks([{"a": 1}, "b", values.unknown([])]) == [{"a": 1}]
	values.blocks(null) == []
}

test_text_that_is_no_json_says_nothing if {
	values.from_json("[1]") == [1]
	not values.from_json("{")
	not values.from_json(null)
}
