"""Checks a deployment: what it should be comes from config/, what it is from AWS, which is only read.

::

    config/ ──► expectations, remedies ──► checks ──► findings ──► reports
    AWS     ──► gathering                    ▲
                                 lambda_src/watchdog/checks.py
"""
