"""Decisions over several aggregates of one player: pure, one module each.

A module takes the states that it decides over, with the command or the facts, and gives the events of each
aggregate. Whatever it was given a state of is a guard of the append, also where nothing happens to it.
"""
