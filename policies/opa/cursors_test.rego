package monitoring.cursors_test

import data.monitoring.cursors
import data.monitoring.values
import rego.v1

known(value) := object.union(cursors.nothing, {"value": value})

missing(expression) := object.union(cursors.nothing, {"missing": true, "expression": expression})

test_known_value_stands_for_itself if {
	cursors.value(known("a")) == "a"
	cursors.value(known(false)) == false
	cursors.value(cursors.nothing) == null
}

test_missing_value_is_read_as_it_is_written if {
	cursors.value(missing({"references": ["a.b.c"], "constant_value": "${a.b.c}"})) == "${a.b.c}"
}

test_missing_value_that_the_plan_does_not_repeat_is_unknown if {
	cursors.value(missing({"references": ["a.b.c", "a.b"]})) == values.unknown(["a.b.c"])
	cursors.value(missing(null)) == values.unknown([])
}

test_references_in_a_module_hold_behind_its_prefix if {
	cursor := object.union(missing({"references": ["a.b.c"], "constant_value": "${a.b.c}"}), {"prefix": "module.m."})
	cursors.value(cursor) == values.unknown(["module.m.a.b.c"])
}

test_part_of_a_map_may_be_missing if {
	map := {
		"value": {"a": "x", "b": null, "c": ""},
		"missing": {"b": true},
		"expression": {"references": ["r.s.t"], "constant_value": {"a": "x", "b": "${r.s.t}"}},
		"prefix": "",
	}
	cursors.entries(map) == {"a": "x", "b": "${r.s.t}"}
}

test_part_of_a_list_may_be_missing if {
	list := {
		"value": ["x", null],
		"missing": [false, true],
		"expression": {"references": ["r.s.t"]},
		"prefix": "",
	}
	cursors.items(list) == ["x", values.unknown(["r.s.t"])]
}

test_of_a_map_where_a_list_belongs_only_what_is_set_counts if {
	cursors.items(known({"a": null, "b": ""})) == [{}]
	cursors.items(known([{"a": null}, {"b": "x", "c": []}])) == [{}, {"b": "x"}]
	cursors.items(known(null)) == []
	cursors.items(missing(null)) == [values.unknown([])]
}

test_what_a_provider_fills_in_is_no_choice if {
	list := {
		"value": [{"log_format": "JSON", "log_group": "/filled/in"}],
		"missing": [{}],
		"expression": [{"log_format": {"constant_value": "JSON"}}],
		"prefix": "",
	}
	cursors.value(cursors.inside(list, ["log_format"])) == "JSON"
	cursors.value(cursors.inside(list, ["log_group"])) == null
}

test_blocks_inside_of_blocks_are_followed if {
	target := {
		"value": [{"dead_letter_config": [{}]}],
		"missing": [{"dead_letter_config": [{"arn": true}]}],
		"expression": [{"dead_letter_config": [{"arn": {"references": ["q.dead.arn"]}}]}],
		"prefix": "",
	}
	cursors.value(cursors.inside(target, ["dead_letter_config", "arn"])) == values.unknown(["q.dead.arn"])
}

test_inside_of_what_is_unknown_all_is_unknown if {
	cursors.value(cursors.inside(missing(null), ["a", "b"])) == values.unknown([])
	cursors.entries(missing(null)) == {}
}

test_of_several_blocks_none_is_sure_which_it_is if {
	list := {
		"value": [{"id": "a"}, {"id": "b"}],
		"missing": [{"arn": true}, {}],
		"expression": [{"arn": {"references": ["x.y.z"]}}, {}],
		"prefix": "",
	}
	blocks := cursors.block_list(list)
	count(blocks) == 2
	cursors.value(cursors.key(blocks[0], "arn")) == values.unknown([])
}
