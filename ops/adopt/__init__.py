"""Looks into an account for what exists already, and brings it under Terraform's care.

::

    stack ──► references ──► looks ──► finds ──► adoption ──► imports.tf.json, report
    wanted    as text        one file   what      what becomes of each:
                             per area   exists    kept, changed, replaced, left alone

Only reads: `accounts` refuses every call that `policy.json` does not list. What cannot be read is told
as such, and never taken for absent.
"""
