"""What the rooms stand on: MongoDB, the event bus, jobs, telemetry."""
