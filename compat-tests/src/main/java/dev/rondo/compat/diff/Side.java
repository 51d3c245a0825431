package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the two servers during one episode: the client connections that the steps use, and one more to look at the
 * keyspace with. Opening it empties the server.
 */
final class Side implements AutoCloseable {
    private final List<RespConnection> clients = new ArrayList<>();
    private final RespConnection inspector;

    Side(int port) {
        inspector = RespConnection.to(port);
        inspector.command("FLUSHALL");
        for (int i = 0; i < Step.CONNECTIONS; i++) {
            clients.add(RespConnection.to(port));
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

    @Override
    public void close() {
        clients.forEach(RespConnection::close);
        inspector.close();
    }
}
