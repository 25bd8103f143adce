"""Labelled replies, retrieval queries, and what is measured over them."""
