package dev.rondo.server.replication;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.rondo.membership.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerStreamTest {
    private static final NodeId PEER = new NodeId("1".repeat(40));
    private static final long LIMIT_BYTES = 64L << 20;

    /** Puts the messages of a stream together again and acknowledges them, as a peer does. */
    private static final class Peer implements PeerStream.Transport {
        final List<byte[]> records = Collections.synchronizedList(new ArrayList<>());
        final StreamReader reader = new StreamReader();
        final CompletableFuture<PeerStream> stream = new CompletableFuture<>();
        volatile boolean acknowledging = true;
        volatile boolean reachable = true;
        volatile long received;

        @Override
        public boolean send(byte[] message, int length) {
            if (!reachable) {
                return false;
            }
            long id = Messages.streamId(message, 0);
            if (!reader.isCurrent(id)) {
                reader.restart(id);
            }
            int body = length - PeerStream.HEADER_BYTES;
            reader.read(Messages.offset(message, 0), message, PeerStream.HEADER_BYTES, body, record -> {
                record.kind();
                records.add(record.bytes());
            });
            received = reader.offset();
            if (acknowledging) {
                stream.join().acknowledge(received);
            }
            return true;
        }
    }

    private static PeerStream open(Peer peer, long limitBytes, List<String> breaks) {
        PeerStream stream = new PeerStream(
                ReplicationSettings.DEFAULT, PEER, 7, limitBytes, peer, (broken, reason) -> breaks.add(reason));
        peer.stream.complete(stream);
        stream.start();
        return stream;
    }

    @Test
    void aPeerThatOwesAnAcknowledgementIsAskedWhereItStands() {
        Peer peer = new Peer();
        peer.acknowledging = false;
        AtomicLong nanos = new AtomicLong(1);
        ReplicationSettings settings = new ReplicationSettings(
                ReplicationSettings.DEFAULT.loops(), nanos::get, 4096, 1 << 20, 0, 4096, 1 << 20, 1 << 20, 8, 1);
        try (PeerStream stream =
                new PeerStream(settings, PEER, 7, LIMIT_BYTES, peer, (broken, reason) -> fail(reason))) {
            peer.stream.complete(stream);
            stream.start();
            stream.append(record(new byte[100]));
            await().atMost(Duration.ofSeconds(20)).until(() -> peer.received > 0);
            peer.acknowledging = true; // the word of what it has is lost
            nanos.addAndGet(1_000_000_001);
            await().atMost(Duration.ofSeconds(20)).until(() -> stream.backlog() == 0);
            assertEquals(1, peer.records.size());
        }
    }

    private static RecordWriter record(byte[] content) {
        RecordWriter writer = new RecordWriter().begin(RecordKind.PUBLISH).bytes(content);
        writer.end();
        return writer;
    }

    @Test
    void recordsOfEverySizeArriveWholeAndInOrder() {
        Peer peer = new Peer();
        List<byte[]> sent = new ArrayList<>();
        Random random = new Random(42);
        try (PeerStream stream = open(peer, LIMIT_BYTES, new ArrayList<>())) {
            for (int i = 0; i < 3000; i++) {
                byte[] content = new byte[i % 500 == 0 ? 200_000 : random.nextInt(300)];
                random.nextBytes(content);
                sent.add(content);
                stream.append(record(content));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> stream.backlog() == 0);
        }
        assertEquals(sent.size(), peer.records.size());
        for (int i = 0; i < sent.size(); i++) {
            assertArrayEquals(sent.get(i), peer.records.get(i));
        }
    }

    @Test
    void aPeerThatDoesNotAcknowledgeGetsNoMoreThanItsCredit() {
        Peer peer = new Peer();
        peer.acknowledging = false;
        try (PeerStream stream = open(peer, LIMIT_BYTES, new ArrayList<>())) {
            byte[] content = new byte[100_000];
            for (int i = 0; i < 300; i++) {
                stream.append(record(content));
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> peer.received >= ReplicationSettings.DEFAULT.unacknowledgedBytes());
            assertTrue(peer.received
                    < ReplicationSettings.DEFAULT.unacknowledgedBytes()
                            + 2L * ReplicationSettings.DEFAULT.messageBytes());
            peer.acknowledging = true;
            stream.acknowledge(peer.received);
            await().atMost(Duration.ofSeconds(20)).until(() -> stream.backlog() == 0);
            assertEquals(300, peer.records.size());
        }
    }

    @Test
    void aStreamThatOverflowsBreaksOnceAndHoldsNothingAnyMore() {
        Peer peer = new Peer();
        peer.acknowledging = false;
        List<String> breaks = Collections.synchronizedList(new ArrayList<>());
        try (PeerStream stream = open(peer, 10L << 20, breaks)) {
            byte[] content = new byte[100_000];
            for (int i = 0; i < 300; i++) {
                stream.append(record(content));
            }
            stream.acknowledge(peer.received);
            await().atMost(Duration.ofSeconds(20)).until(() -> !breaks.isEmpty());
            assertTrue(stream.isClosed());
            stream.append(record(content));
            assertEquals(1, breaks.size());
        }
    }

    @Test
    void aStreamToANodeThatIsGoneBreaks() {
        Peer peer = new Peer();
        peer.reachable = false;
        List<String> breaks = Collections.synchronizedList(new ArrayList<>());
        try (PeerStream stream = open(peer, LIMIT_BYTES, breaks)) {
            assertFalse(stream.isClosed());
            stream.append(record(new byte[10]));
            await().atMost(Duration.ofSeconds(20)).until(() -> breaks.size() == 1);
        }
    }

    private static PeerStream silent() {
        return new PeerStream(
                ReplicationSettings.DEFAULT,
                PEER,
                7,
                LIMIT_BYTES,
                (message, length) -> true,
                (broken, reason) -> fail(reason));
    }

    /** Several threads begin feeds; which of them is the first to await its offset is chance. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void awaitedOffsetsAreHeardOfInWhateverOrderTheyCame(boolean ascending) {
        try (PeerStream stream = silent()) {
            long smaller = stream.append(record(new byte[10]));
            long greater = stream.append(record(new byte[10]));
            stream.await(ascending ? smaller : greater);
            stream.await(ascending ? greater : smaller);
            assertFalse(stream.hasReachedAwaited());
            stream.acknowledge(smaller);
            assertTrue(stream.hasReachedAwaited());
            assertFalse(stream.hasReachedAwaited(), "each is told of once");
            stream.acknowledge(greater);
            assertTrue(stream.hasReachedAwaited(), "the greater one is not forgotten");
            assertFalse(stream.hasReachedAwaited(), "each is told of once");
        }
    }

    @Test
    void anAwaitedOffsetIsHeardOfOnceWhenItWasAcknowledgedBefore() {
        try (PeerStream stream = silent()) {
            long end = stream.append(record(new byte[10]));
            stream.acknowledge(end);
            assertFalse(stream.hasReachedAwaited(), "nobody awaits anything");
            stream.await(end);
            assertTrue(stream.hasReachedAwaited());
            assertFalse(stream.hasReachedAwaited());
        }
    }

    @Test
    void anAcknowledgementBeyondAllAwaitedOffsetsIsToldOfOnce() {
        try (PeerStream stream = silent()) {
            stream.await(stream.append(record(new byte[10])));
            stream.await(stream.append(record(new byte[10])));
            stream.acknowledge(stream.append(record(new byte[10])));
            assertTrue(stream.hasReachedAwaited());
            assertFalse(stream.hasReachedAwaited());
        }
    }
}
