"""How Kafka is reached, and what commands do there. (What a worker does there is `streams.engine`.)"""
