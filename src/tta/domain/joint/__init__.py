"""Decisions over several aggregates of one player: pure values, one module for each.

A decision names the aggregates that it is over, in at most two rounds, and gives commands to them. What holds
for every decision (deciding.py) is applied to each in one place: whose the sessions are, the hold, the
consents, and what one aggregate's events mean for another. Every aggregate that was loaded guards the append.
"""
