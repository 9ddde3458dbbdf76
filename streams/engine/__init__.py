"""The shell on Faust: agents, chunks, checkpoints, recovery. The only part that knows Kafka."""
