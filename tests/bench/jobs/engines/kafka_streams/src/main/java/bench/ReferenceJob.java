package bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The reference job, rule for rule as in rule.py, with a persistent store and its changelog. */
public final class ReferenceJob {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STORE = "journeys";
    private static final long TARGET_MS = 60_000;
    private static final String CHANNEL_PREFIX = "touchpoints.";

    private ReferenceJob() {}

    record Asked(String conversation, long at) {}

    record Alert(String kind, String customer, String subject) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Event(String type, String time, String customerid, JsonNode data) {}

    record Journey(Map<String, Long> seen, Map<String, String> told, Map<String, Asked> asked, Map<String, Long> answered) {
        Journey() {
            this(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        }

        Optional<Alert> observe(String channel, Event event) {
            var at = OffsetDateTime.parse(event.time()).toInstant().toEpochMilli();
            seen.put(channel, at);
            var data = event.data();
            return Optional.ofNullable(switch (event.type()) {
                case "io.throughline.claim.made.v1" -> claim(event.customerid(), data);
                case "io.throughline.conversation.opened.v1" -> ask(event.customerid(), data, at);
                case "io.throughline.message.sent.v1" ->
                        data.get("author").asText().equals("agent") ? answer(event.customerid(), data, at) : null;
                default -> null;
            });
        }

        private Alert claim(String customer, JsonNode data) {
            var thing = data.get("entity").get("id").asText();
            var value = data.get("value").asText();
            var before = told.remove(thing);
            if (before == null) {
                told.put(thing, value);
                return null;
            }
            return before.equals(value) ? null : new Alert("conflict", customer, thing);
        }

        private Alert ask(String customer, JsonNode data, long at) {
            var about = data.get("about").asText();
            var conversation = data.get("conversation_id").asText();
            var answeredAt = answered.remove(about);
            if (answeredAt == null) {
                asked.put(about, new Asked(conversation, at));
                return null;
            }
            return answeredAt - at > TARGET_MS ? new Alert("late answer", customer, conversation) : null;
        }

        private Alert answer(String customer, JsonNode data, long at) {
            var about = data.get("about").asText();
            var question = asked.remove(about);
            if (question == null) {
                answered.put(about, at);
                return null;
            }
            return at - question.at() > TARGET_MS ? new Alert("late answer", customer, question.conversation()) : null;
        }
    }

    /** A journey a customer, whichever of the three topics a touchpoint comes from. */
    private static final class Watch implements Processor<String, Event, String, Alert> {
        private ProcessorContext<String, Alert> context;
        private KeyValueStore<String, Journey> journeys;

        @Override
        public void init(ProcessorContext<String, Alert> given) {
            context = given;
            journeys = given.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, Event> record) {
            var topic = context.recordMetadata().orElseThrow().topic();
            var known = journeys.get(record.key());
            var journey = known == null ? new Journey() : known;
            var alert = journey.observe(topic.substring(CHANNEL_PREFIX.length()), record.value());
            journeys.put(record.key(), journey);
            alert.ifPresent(said -> context.forward(record.withValue(said)));
        }
    }

    private static <T> Serde<T> json(Class<T> type) {
        Serializer<T> writing = (topic, content) -> {
            try {
                return content == null ? null : JSON.writeValueAsBytes(content);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        };
        Deserializer<T> reading = (topic, bytes) -> {
            try {
                return bytes == null ? null : JSON.readValue(bytes, type);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        };
        return Serdes.serdeFrom(writing, reading);
    }

    public static void main(String[] arguments) {
        var run = System.getenv("BENCH_RUN");
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, run);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("BENCH_KAFKA"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getenv("BENCH_FOLDER"));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);

        var builder = new StreamsBuilder();
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), json(Journey.class))
                        .withCachingEnabled());
        var topics = List.of("touchpoints.chat", "touchpoints.email", "touchpoints.web");
        builder.stream(topics, Consumed.with(Serdes.String(), json(Event.class)))
                .process(Watch::new, STORE)
                .to(run + ".alerts", Produced.with(Serdes.String(), json(Alert.class)));

        var streams = new KafkaStreams(builder.build(), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
