// Loop - Kafka Streams in place of the router: exactly once, a state per client, as many records of
// the same sizes. usage: Loop BROKERS INTAKE PREFIX APPLICATION SAMPLES COMMIT_MS
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

final class Loop implements Processor<byte[], byte[], byte[], byte[]> {
    private final List<Samples.Topic> topics;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<byte[], byte[]> clients;

    private Loop(List<Samples.Topic> topics) {
        this.topics = topics;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> given) {
        context = given;
        clients = given.getStateStore("clients");
    }

    /** The state of a client is read and written; its changelog is what topic clients is to the hub. */
    @Override
    public void process(Record<byte[], byte[]> message) {
        for (Samples.Topic topic : topics) {
            topic.due += topic.perMessage;
            for (Samples.Kept kept = topic.take(); kept != null; kept = topic.take()) {
                if (topic.name.equals("clients")) {
                    clients.get(message.key());
                    clients.put(message.key(), kept.value());
                } else {
                    byte[] key = topic.bySlot ? message.key() : kept.key();
                    context.forward(new Record<>(key, kept.value(), message.timestamp(), kept.headers()), topic.name);
                }
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Path samples = Path.of(args[4]);
        Topology topology = new Topology().addSource("intake", args[1]);
        List<Samples.Topic> kept = Samples.load(samples);
        topology.addProcessor("router", () -> new Loop(kept), "intake").addStateStore(Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore("clients"), Serdes.ByteArray(), Serdes.ByteArray()), "router");
        kept.stream().filter(topic -> !topic.name.equals("clients"))
            .forEach(topic -> topology.addSink(topic.name, args[2] + topic.name, "router"));
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[3]);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, args[5]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, samples.resolveSibling("state").toString());
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put("auto.offset.reset", "earliest");
        settings.put("compression.type", "zstd");
        settings.put("linger.ms", "20");
        KafkaStreams streams = new KafkaStreams(topology, settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
