package dev.rondo.compat.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import dev.rondo.server.keyspace.KeySlot;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A cluster client that never tries twice what may have happened, so that the outcome of every request is exactly
 * known: acknowledged, refused or unknown. It follows MOVED, because a node that answers MOVED has done nothing. For
 * one thread.
 */
final class ChaosClient implements AutoCloseable {
    private static final int MOST_REDIRECTIONS = 5;

    private final ChaosCluster cluster;
    private final int timeoutMs;
    private final SplittableRandom random;
    private final int[] placeOfSlot = new int[KeySlot.SLOTS];
    private final Map<Integer, RespConnection> connections = new HashMap<>();
    private final Map<Integer, RespConnection> replicaConnections = new HashMap<>();

    ChaosClient(ChaosCluster cluster, int timeoutMs, SplittableRandom random) {
        this.cluster = cluster;
        this.timeoutMs = timeoutMs;
        this.random = random;
        Arrays.fill(placeOfSlot, -1);
    }

    /** One command about one key. */
    Answer ask(String key, String... command) {
        return send(key, List.of(List.of(command)));
    }

    /** A transaction of commands about keys of one slot; the reply is that of EXEC. */
    Answer transaction(String key, List<List<String>> commands) {
        List<List<String>> all = new ArrayList<>();
        all.add(List.of("MULTI"));
        all.addAll(commands);
        all.add(List.of("EXEC"));
        return send(key, all);
    }

    /** Reads at one node, primary or replica, without going elsewhere. */
    Answer readAt(int place, String... command) {
        RespConnection connection = replicaConnections.get(place);
        try {
            if (connection == null) {
                connection = cluster.connect(place, timeoutMs);
                replicaConnections.put(place, connection);
                connection.command("READONLY");
            }
            return judge(connection.command(command), place);
        } catch (UncheckedIOException e) {
            drop(replicaConnections, place);
            return new Answer(Op.Status.UNKNOWN, null, place, "no answer");
        }
    }

    private Answer send(String key, List<List<String>> commands) {
        int slot = KeySlot.of(key.getBytes(ISO_8859_1));
        for (int i = 0; i < MOST_REDIRECTIONS; i++) {
            int place = placeOfSlot[slot] >= 0 ? placeOfSlot[slot] : anyMember();
            RespConnection connection = connectionTo(place);
            if (connection == null) {
                placeOfSlot[slot] = -1;
                return new Answer(Op.Status.REFUSED, null, place, "no connection");
            }
            String moved;
            try {
                List<Reply> replies = exchange(connection, commands);
                moved = redirection(replies);
                if (moved == null) {
                    placeOfSlot[slot] = place;
                    return judge(replies.get(replies.size() - 1), place);
                }
            } catch (UncheckedIOException e) {
                drop(connections, place);
                placeOfSlot[slot] = -1;
                String trouble = e.toString().contains("SocketTimeout") ? "timeout" : "connection lost";
                return new Answer(Op.Status.UNKNOWN, null, place, trouble);
            }
            placeOfSlot[slot] = cluster.placeOf(moved);
        }
        return new Answer(Op.Status.REFUSED, null, -1, "MOVED in a circle");
    }

    private static List<Reply> exchange(RespConnection connection, List<List<String>> commands) {
        commands.forEach(connection::queue);
        connection.flush();
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            replies.add(connection.read());
        }
        return replies;
    }

    /** Where the request belongs, when nothing of it was done here; null when it was answered. */
    private static @Nullable String redirection(List<Reply> replies) {
        if (!replies.get(replies.size() - 1).isError()) {
            return null;
        }
        for (Reply reply : replies) {
            if (reply.isError() && reply.asText().startsWith("MOVED ")) {
                return reply.asText().substring(reply.asText().lastIndexOf(' ') + 1);
            }
        }
        return null;
    }

    private static Answer judge(Reply reply, int place) {
        if (!reply.isError()) {
            return new Answer(Op.Status.ACKNOWLEDGED, reply, place, "");
        }
        String word = reply.asText().split(" ", 2)[0];
        // With NOREPLICAS the write may have been done here and wait for a replica.
        Op.Status status = word.equals("NOREPLICAS") ? Op.Status.UNKNOWN : Op.Status.REFUSED;
        return new Answer(status, null, place, word.equals("ERR") ? reply.asText() : word);
    }

    private int anyMember() {
        List<Integer> members = cluster.members();
        return members.get(random.nextInt(members.size()));
    }

    private @Nullable RespConnection connectionTo(int place) {
        RespConnection connection = connections.get(place);
        if (connection != null) {
            return connection;
        }
        try {
            RespConnection opened = cluster.connect(place, timeoutMs);
            connections.put(place, opened);
            return opened;
        } catch (UncheckedIOException | IllegalStateException e) {
            return null;
        }
    }

    private static void drop(Map<Integer, RespConnection> from, int place) {
        RespConnection broken = from.remove(place);
        if (broken != null) {
            broken.close();
        }
    }

    @Override
    public void close() {
        connections.values().forEach(RespConnection::close);
        replicaConnections.values().forEach(RespConnection::close);
    }
}
