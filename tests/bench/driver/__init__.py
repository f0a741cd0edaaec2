"""What ops/bench runs: each case compares the hub with the least that could do the same work."""
