"""Measurements, run by `make bench`; never part of the tests, because a timing on a busy machine proves nothing."""
