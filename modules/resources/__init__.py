"""What Terraform resources mean on AWS.

Typed views of resources, the signal that an alarm watches, the delivery graph and the alarm coverage.
"""
