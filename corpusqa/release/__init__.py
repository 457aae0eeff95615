"""Releases: what a policy leaves of a corpus, as one immutable folder."""
