"""Log files into Kafka's topics and topics into log files, as commands do it. (The worker's Kafka is `streams.engine`.)"""
