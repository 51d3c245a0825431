package dev.rondo.compat.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand clients at once, which is Redis's default limit, and no more than the limit. Both JVMs raise their limit
 * of open files to the hard limit by themselves.
 */
class ManyConnectionsIT {
    private static final int MANY = 10_000;
    private static final Duration NOTICED = Duration.ofSeconds(60);

    private final List<SocketChannel> clients = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    @Test
    void tenThousandClientsAreServed() throws IOException {
        try (ServerProcess rondo = RondoNodes.plain("--maxclients", Integer.toString(MANY + 100))) {
            for (int i = 0; i < MANY; i++) {
                clients.add(connect(rondo));
            }
            for (SocketChannel client : clients) {
                client.write(ByteBuffer.wrap("PING\r\n".getBytes(US_ASCII)));
            }
            for (SocketChannel client : clients) {
                assertEquals("+PONG\r\n", read(client, 7));
            }
            try (RespConnection another = rondo.connect()) {
                assertEquals(Reply.status("OK"), another.command("SET", "still", "served"));
                assertTrue(another.command("INFO", "clients").asText().contains("connected_clients:" + (MANY + 1)));
            }
            closeAll();
            Awaitility.await()
                    .atMost(NOTICED)
                    .untilAsserted(() ->
                            assertTrue(rondo.ask("INFO", "clients").asText().contains("connected_clients:1\r\n")));
        }
    }

    @Test
    void oneMoreThanTheLimitIsRefusedAndTheOthersStay() throws IOException {
        try (ServerProcess rondo = RondoNodes.plain("--maxclients", "50");
                RespConnection first = rondo.connect()) {
            assertEquals(Reply.status("PONG"), first.command("PING"));
            for (int i = 1; i < 50; i++) {
                clients.add(connect(rondo));
            }
            Awaitility.await()
                    .atMost(NOTICED)
                    .untilAsserted(() ->
                            assertTrue(first.command("INFO", "clients").asText().contains("connected_clients:50\r\n")));
            try (RespConnection tooMany = rondo.connect()) {
                assertEquals(Reply.error("ERR max number of clients reached"), tooMany.read());
                assertTrue(tooMany.isClosedByServer());
            }
            assertEquals(Reply.status("PONG"), first.command("PING"));
            clients.remove(0).close();
            Awaitility.await()
                    .atMost(NOTICED)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertEquals(Reply.status("PONG"), rondo.ask("PING")));
        }
    }

    private static SocketChannel connect(ServerProcess server) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    }

    private static String read(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // a reply can come in parts
        }
        return new String(buffer.array(), 0, buffer.position(), US_ASCII);
    }
}
