"""What other evaluation tools need to do the benchmark's job: installation, small adapters, their results."""
