"""`python -m benchmarks`: all of them, one after the other."""

from benchmarks import browser, evals, stream

for benchmark in (stream, browser, evals):
    benchmark.main()
