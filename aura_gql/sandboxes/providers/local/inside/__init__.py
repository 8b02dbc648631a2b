"""What runs inside a sandbox as PID 1. C modules alone are imported, so that it is up in 10 ms."""
