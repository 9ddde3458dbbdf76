"""`make bench-core`: speed by stage, late evidence, memory."""

from tests.bench import memory, replay_stages

replay_stages.main()
memory.main()
