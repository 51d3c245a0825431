package dev.rondo.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.ReplyWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let in. */
class ListenerTest {
    private final NetworkStats stats = new NetworkStats();
    private final Listener listener =
            new Listener(new ListenerSettings(List.of("127.0.0.1"), 0, 1, 1, 1, 1024, 1024, 0), Silent::new, stats);

    @AfterEach
    void close() {
        listener.close();
    }

    /** Answers nothing. */
    private static final class Silent implements RequestHandler {
        @Override
        public Object opened(Connection connection) {
            return this;
        }

        @Override
        public void request(Connection connection, byte[][] arguments, ReplyWriter reply) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public void closed(Connection connection) {
            // nothing was opened
        }
    }

    private EmbeddedChannel connectFrom(String address) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 12345);
            }
        };
        listener.accept(channel);
        return channel;
    }

    private static String received(EmbeddedChannel channel) {
        ByteBuf bytes = channel.readOutbound();
        return bytes == null ? null : bytes.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void protectedServerTurnsClientsOfOtherMachinesAway() {
        listener.protectWhile(() -> true);
        EmbeddedChannel refused = connectFrom("10.1.2.3");
        assertTrue(received(refused)
                .startsWith("-DENIED Redis is running in protected mode because protected mode is"
                        + " enabled and no password is set for the default user."));
        assertFalse(refused.isOpen());
        assertEquals(1, stats.connectionsRejected.sum());
        EmbeddedChannel local = connectFrom("127.0.0.1");
        assertNull(received(local));
        assertTrue(local.isOpen());
    }

    @Test
    void otherServersLetThemIn() {
        listener.protectWhile(() -> false);
        EmbeddedChannel channel = connectFrom("10.1.2.3");
        assertNull(received(channel));
        assertTrue(channel.isOpen());
    }

    @Test
    void whoWasTurnedAwayTakesNobodysPlace() {
        listener.protectWhile(() -> true);
        connectFrom("10.1.2.3");
        EmbeddedChannel first = connectFrom("127.0.0.1");
        EmbeddedChannel second = connectFrom("127.0.0.1");
        assertTrue(first.isOpen());
        assertEquals("-ERR max number of clients reached\r\n", received(second));
    }
}
