"""`python -m benchmarks`: all of them, one after the other."""

from benchmarks import browser, stream

for benchmark in (stream, browser):
    benchmark.main()
