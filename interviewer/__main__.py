"""`python -m interviewer` is the `interviewer` program."""

from interviewer.cli import main

main()
