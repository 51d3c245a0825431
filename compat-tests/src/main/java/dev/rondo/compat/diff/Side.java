package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the two servers during one episode: the client connections that the steps use, and one more to look at the
 * keyspace with, perhaps another that listens to keyspace events. Opening it empties the server, and removes every user
 * that there was not in the beginning.
 */
final class Side implements AutoCloseable {
    private final List<RespConnection> clients = new ArrayList<>();
    private final RespConnection inspector;
    private final @Nullable KeyspaceEventLog events;

    Side(int port, boolean withEvents) {
        inspector = RespConnection.to(port);
        inspector.command("FLUSHALL");
        removeUsers();
        events = withEvents ? new KeyspaceEventLog(port, inspector) : null;
        for (int i = 0; i < Step.CONNECTIONS; i++) {
            clients.add(RespConnection.to(port));
        }
    }

    private void removeUsers() {
        inspector.command("ACL", "LOG", "RESET");
        for (String name : inspector.command("ACL", "USERS").asTexts()) {
            if (!name.equals("default")) {
                inspector.command("ACL", "DELUSER", name);
            }
        }
    }

    RespConnection client(int index) {
        return clients.get(index);
    }

    /** Sends all commands in one write and reads their replies, outside of the steps. */
    List<Reply> inspect(List<List<String>> commands) {
        commands.forEach(inspector::queue);
        inspector.flush();
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            replies.add(inspector.read());
        }
        return replies;
    }

    Reply inspect(String... command) {
        return inspect(List.of(List.of(command))).get(0);
    }

    /** The keyspace events since the last call; none where nobody listens. */
    List<String> takeEvents() {
        return events == null ? new ArrayList<>() : events.take();
    }

    @Override
    public void close() {
        if (events != null) {
            events.close();
        }
        clients.forEach(RespConnection::close);
        inspector.close();
    }
}
