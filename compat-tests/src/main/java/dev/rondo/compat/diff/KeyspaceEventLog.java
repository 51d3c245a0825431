package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Listens to every keyspace event of a server but those of keys that expire, which come when the server looks for
 * them.
 */
final class KeyspaceEventLog implements AutoCloseable {
    private static final String PREFIX = "__keyevent@";
    private static final String END = PREFIX + "0__:end of the pipeline";

    private final RespConnection listener;
    private final RespConnection inspector;

    /** @param inspector another connection to the same server */
    KeyspaceEventLog(int port, RespConnection inspector) {
        this.listener = RespConnection.to(port);
        this.inspector = inspector;
        inspector.command("CONFIG", "SET", "notify-keyspace-events", "EAmn");
        listener.command("PSUBSCRIBE", PREFIX + "*");
    }

    /** The events since the last call, as "event database key". */
    List<String> take() {
        List<String> events = new ArrayList<>();
        inspector.command("PUBLISH", END, "");
        for (String channel = ""; !channel.equals(END); ) {
            List<Reply> message = listener.read().asList();
            channel = message.get(2).asText();
            String event = channel.substring(channel.indexOf(':') + 1);
            if (!channel.equals(END) && !event.endsWith("expired")) {
                String database = channel.substring(PREFIX.length(), channel.indexOf('_', PREFIX.length()));
                events.add(event + " " + database + " " + message.get(3));
            }
        }
        return events;
    }

    static boolean isMiss(String event) {
        return event.startsWith("keymiss ");
    }

    /** Whether a consumer of a group comes or goes. */
    static boolean isOfConsumer(String event) {
        return event.startsWith("xgroup-createconsumer ") || event.startsWith("xgroup-delconsumer ");
    }

    /** The first event in which the two differ, if they do. */
    static Optional<Mismatch> difference(int stepIndex, List<String> model, List<String> candidate) {
        for (int i = 0; i < Math.max(model.size(), candidate.size()); i++) {
            String expected = i < model.size() ? model.get(i) : "none";
            String actual = i < candidate.size() ? candidate.get(i) : "none";
            if (!expected.equals(actual)) {
                String name = (i < model.size() ? expected : actual).split(" ", 2)[0];
                return Optional.of(new Mismatch(
                        stepIndex,
                        "event " + name,
                        "event " + i + "\n    model:     " + expected + "\n    candidate: " + actual));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        listener.close();
        inspector.command("CONFIG", "SET", "notify-keyspace-events", "");
    }
}
