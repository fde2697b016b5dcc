package monitoring.documents_test

import data.monitoring.documents
import data.monitoring.functions
import rego.v1

allowing(statement) := object.union({"Effect": "Allow"}, statement)

test_statement_may_stand_alone_or_in_a_list if {
	documents.statements(`{"Statement": {"Sid": "a"}}`) == [{"Sid": "a"}]
	documents.statements(`{"Statement": [{"Sid": "a"}, 7]}`) == [{"Sid": "a"}]
	documents.statements("{") == []
	documents.statements(null) == []
}

test_principal_may_be_everybody if {
	documents.opens_to_everybody(allowing({"Principal": "*"}))
	documents.opens_to_everybody(allowing({"Principal": {"AWS": ["*"]}}))
}

test_principal_or_condition_closes_a_statement if {
	not documents.opens_to_everybody(allowing({"Principal": {"Service": "*"}}))
	not documents.opens_to_everybody(allowing({"Principal": "*", "Condition": {"Bool": {"a": "b"}}}))
	not documents.opens_to_everybody({"Effect": "Deny", "Principal": "*"})
}

test_condition_on_anything_restricts_nothing if {
	documents.restricts({"Condition": {"StringEquals": {"AWS:Key": "x"}}}, "aws:key")
	not documents.restricts({"Condition": {"StringLike": {"aws:key": ["x", "*"]}}}, "aws:key")
	not documents.restricts({}, "aws:key")
}

test_single_action_on_one_resource_is_not_too_much if {
	functions.too_much({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:x"}) == []
}

test_wildcards_are_too_much if {
	functions.too_much({"Action": "*", "Resource": "arn:x"}) == ["*"]
	functions.too_much({"Action": ["SQS:*", "sqs:SendMessage"], "Resource": "arn:x"}) == ["sqs:*"]
	functions.too_much({"Action": "sqs:SendMessage", "Resource": ["arn:x", "*"]}) == ["sqs:sendmessage on *"]
	functions.too_much({"NotAction": "iam:PassRole", "Resource": "arn:x"}) == ["NotAction"]
}

test_action_that_knows_no_resource_may_be_on_all if {
	functions.too_much({"Action": "xray:PutTraceSegments", "Resource": "*"}) == []
}

test_action_that_is_restricted_otherwise_may_be_on_all if {
	condition := {"StringEquals": {"cloudwatch:namespace": "Ours"}}
	functions.too_much({"Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}) == []
	count(functions.too_much({"Action": "cloudwatch:PutMetricData", "Resource": "*"})) == 1
}

test_action_is_named_or_left_out if {
	documents.is_about({"Action": ["KMS:Decrypt", "kms:Generate*"]}, "kms:generatedatakey")
	documents.is_about({"NotAction": "kms:Put*"}, "kms:decrypt")
	not documents.is_about({"Action": "kms:Decrypt"}, "kms:decryptall")
	not documents.is_about({"NotAction": ["kms:Put*"]}, "kms:putkeypolicy")
	not documents.is_about({}, "kms:decrypt")
}

test_principal_is_a_service_or_everybody if {
	service := "sns.amazonaws.com"
	documents.is_for_service({"Principal": "*"}, service) == "yes"
	documents.is_for_service({"Principal": {"AWS": "*"}}, service) == "yes"
	documents.is_for_service({"Principal": {"Service": [service, "x"]}}, service) == "yes"
	documents.is_for_service({"Principal": {"Service": "s3.amazonaws.com"}}, service) == "no"
	documents.is_for_service({"Principal": {"AWS": "arn:aws:iam::1:root"}}, service) == "no"
	documents.is_for_service({"NotPrincipal": {"Service": "s3.amazonaws.com"}}, service) == "yes"
	documents.is_for_service({"NotPrincipal": "*"}, service) == "no"
	documents.is_for_service({}, service) == "no"
}

test_principal_may_not_be_known if {
	documents.is_for_service({"Principal": {"Service": "${var.service}"}}, "sns.amazonaws.com") == "maybe"
	documents.is_for_service({"Principal": {"Service": "sns.eu-west-1.amazonaws.com"}}, "sns.amazonaws.com") == "maybe"
	documents.is_for_service({"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}, "logs.${unknown}.amazonaws.com") == "maybe"
	documents.is_for_service({"Principal": {"Service": "sns.amazonaws.com"}}, "logs.${unknown}.amazonaws.com") == "no"
}
