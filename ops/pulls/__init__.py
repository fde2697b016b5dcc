"""What the workflows of pull requests and deployments call: `python -m ops pulls`.

::

    artifact ──► archives ──► folders ──► plans ──► reviews ──► comments, statuses
    of a job     only what    only what   by real   `ops        one comment, and
    that nobody  belongs in   Terraform   Terraform review`     the check
    trusts       there        may see

What a pull request's own code wrote is data to be judged. It is read into plain values, checked against
what the generator writes, and written anew from these values: Terraform sees nothing that was not read.
`docs/pull-requests.md` says who may do what.
"""
