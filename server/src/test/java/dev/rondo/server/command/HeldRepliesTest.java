package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import dev.rondo.server.commit.CommitRules.WithoutReplicas;
import dev.rondo.server.commit.Unconfirmed.State;
import dev.rondo.server.net.Connection;
import dev.rondo.server.net.Hold;
import dev.rondo.server.net.Listener;
import dev.rondo.server.net.ListenerSettings;
import dev.rondo.server.net.NetworkStats;
import dev.rondo.server.net.RequestHandler;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When replies that wait for their commits leave, and as what: one loop, and commits whose fate the test says. */
class HeldRepliesTest {
    private static final Err IN_VAIN = new Err(Errors.NOT_REPLICATED);
    private static final Err TAKEN_OVER = new Err(Errors.LOST_TO_ANOTHER);

    /**
     * Answers "read x" with x, "write x y" with x after the commits x and y, and "quiet x" with nothing after
     * the commit x.
     */
    private final class Answers implements RequestHandler {
        private final HeldReplies held = Objects.requireNonNull(HeldReplies.of(mode, nowNs::get, errors::add));

        @Override
        public Object opened(Connection connection) {
            connections.add(connection);
            return connection;
        }

        @Override
        public void beginBatch() {
            held.beginBatch();
        }

        @Override
        public void request(Connection connection, byte[][] arguments, ReplyWriter reply) {
            int from = reply.size();
            int firstCommit = held.ledger().size();
            String name = Ascii.string(arguments[0]);
            for (int i = 1; i < arguments.length && !name.equals("read"); i++) {
                ((ScriptedCommits.Ledger) held.ledger()).note(Ascii.string(arguments[i]));
            }
            if (!name.equals("quiet")) {
                reply.bulk(arguments[1]);
            }
            held.answered(from, reply.size(), firstCommit);
        }

        @Override
        public @Nullable Hold hold(Connection connection, ReplyWriter reply) {
            return held.hold(connection, reply);
        }

        @Override
        public void closed(Connection connection) {
            connections.remove(connection);
        }
    }

    private final ScriptedCommits mode = new ScriptedCommits();
    /** So late that deadlines are behind the overflow. */
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 1000);

    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
    private final List<WireClient> clients = new ArrayList<>();
    private Listener listener;

    @BeforeEach
    void listen() throws IOException {
        ListenerSettings settings =
                new ListenerSettings(List.of("127.0.0.1"), 0, 511, 10_000, 1, 1 << 20, 1 << 20, 300);
        listener = new Listener(settings, Answers::new, new NetworkStats());
        listener.open();
    }

    @AfterEach
    void stop() {
        clients.forEach(WireClient::close);
        listener.close();
    }

    private WireClient connect() {
        WireClient client = WireClient.to(listener.port());
        clients.add(client);
        return client;
    }

    /** Sends requests that are received together. */
    private static void send(WireClient client, String... lines) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String line : lines) {
            all.writeBytes(WireClient.request(line.split(" ")));
        }
        client.sendRaw(all.toByteArray());
    }

    /** Sends requests whose replies are held. */
    private void sendHeld(WireClient client, String... lines) {
        long before = held();
        send(client, lines);
        await().until(() -> held() == before + 1);
    }

    private long held() {
        return mode.figures().held.sum();
    }

    /** Waits until all that waits has been looked at since, and been let go if it was to. */
    private void looked() {
        int before = mode.reconsidered.get();
        await().until(() -> mode.reconsidered.get() >= before + 2 * Math.max(1, held()));
    }

    private void pass(long ms) {
        nowNs.addAndGet(ms * 1_000_000);
    }

    @Test
    void repliesOfABatchLeaveTogetherOnceItsLastWriteIsConfirmed() {
        WireClient client = connect();
        sendHeld(client, "read 1", "write a", "read 2", "write b c");
        mode.decided("a", State.CONFIRMED);
        mode.decided("c", State.CONFIRMED);
        looked();
        assertEquals(1, held());
        assertTrue(client.isSilentFor(20));
        mode.decided("b", State.CONFIRMED);
        for (String reply : List.of("1", "a", "2", "b")) {
            assertEquals(reply, client.read());
        }
        await().until(() -> held() == 0);
        assertTrue(errors.isEmpty());
    }

    @Test
    void whatIsConfirmedEarlierDoesNotOvertakeOnTheSameConnection() {
        WireClient client = connect();
        WireClient other = connect();
        sendHeld(client, "write a");
        sendHeld(client, "write b");
        send(client, "read 1");
        sendHeld(other, "write c");
        mode.decided("b", State.CONFIRMED);
        mode.decided("c", State.CONFIRMED);
        assertEquals("c", other.read(), "nobody else waits for the first one");
        await().until(() -> held() == 1);
        assertTrue(client.isSilentFor(20));
        mode.decided("a", State.CONFIRMED);
        for (String reply : List.of("a", "b", "1")) {
            assertEquals(reply, client.read());
        }
    }

    @Test
    void whatIsConfirmedAtOnceIsNotHeld() {
        mode.decided("a", State.CONFIRMED);
        assertEquals("a", connect().call("write", "a"));
        assertEquals(0, held());
        assertEquals(1, mode.reconsidered.get());
    }

    @Test
    void nobodyWaitsForAReplyThatIsNotSent() {
        WireClient client = connect();
        send(client, "quiet a", "read 1");
        assertEquals("1", client.read());
        assertEquals(0, mode.reconsidered.get());
        sendHeld(client, "write b", "quiet c", "read 2");
        mode.decided("b", State.CONFIRMED);
        assertEquals("b", client.read());
        assertEquals("2", client.read());
    }

    @Test
    void whenTheTimeIsOverOnlyWhatIsNotConfirmedBecomesAnErrorInItsPlace() {
        WireClient client = connect();
        sendHeld(client, "read 1", "write a", "write b", "write c d", "read 2", "write e");
        for (String confirmed : List.of("a", "c", "e")) {
            mode.decided(confirmed, State.CONFIRMED);
        }
        pass(ScriptedCommits.TIMEOUT_MS - 1);
        looked();
        assertEquals(1, held());
        assertTrue(client.isSilentFor(20));
        pass(1);
        for (Object reply : List.of("1", "a", IN_VAIN, IN_VAIN, "2", "e")) {
            assertEquals(reply, client.read());
        }
        await().until(() -> held() == 0);
        assertEquals(2, mode.figures().refused.sum());
        assertEquals(List.of(Errors.NOT_REPLICATED, Errors.NOT_REPLICATED), List.copyOf(errors));
    }

    @Test
    void whatIsLostIsAnErrorBeforeTheTimeIsOver() {
        WireClient client = connect();
        sendHeld(client, "write a", "write b", "write c d");
        mode.decided("a", State.CONFIRMED);
        mode.decided("b", State.LOST);
        mode.decided("c", State.LOST);
        mode.decided("d", State.CONFIRMED);
        for (Object reply : List.of("a", TAKEN_OVER, TAKEN_OVER)) {
            assertEquals(reply, client.read());
        }
        assertEquals(2, mode.figures().refused.sum());
    }

    @Test
    void ofARequestsWritesTheOneThatIsLostIsToldOf() {
        WireClient client = connect();
        sendHeld(client, "write a b c", "write d");
        mode.decided("b", State.LOST);
        pass(ScriptedCommits.TIMEOUT_MS);
        assertEquals(TAKEN_OVER, client.read());
        assertEquals(IN_VAIN, client.read());
    }

    @Test
    void whatIsLostAlreadyIsAnErrorAtOnce() {
        mode.decided("a", State.LOST);
        WireClient client = connect();
        send(client, "read 1", "write a", "read 2");
        for (Object reply : List.of("1", TAKEN_OVER, "2")) {
            assertEquals(reply, client.read());
        }
        assertEquals(0, held());
        assertEquals(1, mode.reconsidered.get());
    }

    @Test
    void writesWithoutReplicasAreAnsweredIfTheRulesSaySo() {
        mode.withoutReplicas = WithoutReplicas.CONTINUE;
        mode.decided("a", State.UNREPLICATED);
        WireClient client = connect();
        assertEquals("a", client.call("write", "a"));
        sendHeld(client, "write b c", "write d");
        mode.decided("d", State.CONFIRMED);
        pass(ScriptedCommits.TIMEOUT_MS);
        assertEquals("b", client.read());
        assertEquals("d", client.read());
        assertEquals(2, mode.figures().unconfirmed.sum(), "requests");
        assertEquals(0, mode.figures().refused.sum());
        assertTrue(errors.isEmpty());
    }

    @Test
    void eachBatchHasATimeOfItsOwn() {
        WireClient early = connect();
        WireClient late = connect();
        sendHeld(early, "write a");
        pass(ScriptedCommits.TIMEOUT_MS / 2);
        sendHeld(late, "write b");
        pass(ScriptedCommits.TIMEOUT_MS / 2);
        assertEquals(IN_VAIN, early.read());
        looked();
        assertEquals(1, held());
        mode.decided("b", State.CONFIRMED);
        assertEquals("b", late.read());
    }

    // ---- who looks, and when ----

    @Test
    void acknowledgementsThatComeTogetherLeadToOneLook() throws InterruptedException {
        mode.progress(); // nothing is held yet, and there is nobody to tell
        WireClient client = connect();
        sendHeld(client, "write a");
        for (int round = 1; round <= 2; round++) {
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch free = new CountDownLatch(1);
            connections.element().execute(() -> {
                busy.countDown();
                assertTrue(awaited(free));
            });
            assertTrue(awaited(busy));
            for (int i = 0; i < 100; i++) {
                mode.progress();
            }
            free.countDown();
            looked();
            assertEquals(round, mode.decided.get());
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAcknowledgementInTheMiddleOfALookLeadsToAnother() {
        WireClient client = connect();
        sendHeld(client, "write a");
        mode.inTheMiddle = mode::progress;
        mode.progress();
        looked();
        assertEquals(2, mode.decided.get());
    }

    @Test
    void anAcknowledgementThatComesWhileRepliesAreBeingHeldIsNotMissed() {
        mode.inTheFirstLook = mode::progress;
        sendHeld(connect(), "write a");
        await().until(() -> mode.decided.get() == 1);
    }

    @Test
    void aClientThatIsGoneLeavesNothingBehind() {
        WireClient client = connect();
        sendHeld(client, "write a");
        connections.element().close();
        assertTrue(client.isClosedByServer());
        await().until(() -> held() == 0);
        assertTrue(errors.isEmpty(), "nobody was refused anything");
        assertEquals(0, mode.figures().refused.sum());
    }

    @Test
    void whatCannotBeDecidedCostsItsOwnClientOnly() {
        WireClient unlucky = connect();
        WireClient lucky = connect();
        sendHeld(unlucky, "write a");
        sendHeld(lucky, "write b");
        mode.fails("a");
        assertTrue(unlucky.isClosedByServer());
        mode.decided("b", State.CONFIRMED);
        assertEquals("b", lucky.read());
        await().until(() -> held() == 0);
        assertFalse(connections.isEmpty());
    }
}
