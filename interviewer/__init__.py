"""The mock interviewer: one interview from greeting to debrief, its store, its pages, its command line."""

__version__ = "0.1.0"
