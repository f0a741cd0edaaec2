// Samples - the records that measure_sizes kept; the form of the file is described in samples.h.
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

final class Samples {
    record Kept(int partition, byte[] key, byte[] value, Headers headers) {
    }

    static final class Topic {
        String name;
        boolean bySlot;
        double perMessage, due;
        final List<Kept> kept = new ArrayList<>();
        int next;

        Kept take() {
            if (due < 1) {
                return null;
            }
            due -= 1;
            next = next + 1 < kept.size() ? next + 1 : 0;
            return kept.get(next);
        }
    }

    static List<Topic> load(Path path) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        in.position("LHSAMPL1".length());
        List<Topic> topics = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            topics.add(topic(in));
        }
        return topics;
    }

    private static Topic topic(ByteBuffer in) {
        Topic topic = new Topic();
        topic.name = text(in);
        topic.bySlot = in.get() != 0;
        topic.perMessage = in.getDouble();
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            topic.kept.add(new Kept(in.getInt(), bytes(in), bytes(in), headers(in)));
        }
        topic.perMessage = count == 0 ? 0 : topic.perMessage;
        return topic;
    }

    private static Headers headers(ByteBuffer in) {
        Headers headers = new RecordHeaders();
        for (int left = in.getInt(); left > 0; left--) {
            headers.add(text(in), bytes(in));
        }
        return headers;
    }

    private static byte[] bytes(ByteBuffer in) {
        int size = in.getInt();
        if (size < 0) {
            return null;
        }
        byte[] out = new byte[size];
        in.get(out);
        return out;
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private Samples() {
    }
}
