"""What is sent into a sandbox: the standard library alone, run as `python3 -m tests.support.abuse.inside.harness`."""
