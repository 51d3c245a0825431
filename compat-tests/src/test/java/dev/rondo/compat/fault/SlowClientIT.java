package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that ask for a lot and read nothing cannot make the node grow without bound or hold up others. */
class SlowClientIT {
    private static final int VALUE_BYTES = 1 << 20;
    private static final int ASKED_MEGABYTES = 4000;
    private static final long MEMORY_BOUND_BYTES = 900L << 20;

    private ServerProcess rondo;

    @BeforeEach
    void startWithALargeValue() {
        rondo = RondoNodes.plain();
        rondo.ask("SET", "large", "v".repeat(VALUE_BYTES));
    }

    @AfterEach
    void stop() {
        rondo.close();
    }

    @Test
    void repliesThatNobodyReadsDoNotPileUp() {
        try (RespConnection deaf = rondo.connect()) {
            for (int i = 0; i < ASKED_MEGABYTES; i++) {
                deaf.queue(List.of("GET", "large"));
            }
            deaf.flush();

            othersAreServedMeanwhile(200);

            assertTrue(rondo.residentBytes() < MEMORY_BOUND_BYTES, rondo.residentBytes() + " bytes");
            assertEquals(VALUE_BYTES, deaf.read().asText().length(), "what was asked for comes when it is read");
        }
        othersAreServedMeanwhile(1);
    }

    @Test
    void manyDeafClientsTogetherDoNotPileUpEither() {
        List<RespConnection> deaf = Stream.generate(rondo::connect).limit(100).toList();
        for (RespConnection client : deaf) {
            for (int i = 0; i < 100; i++) {
                client.queue(List.of("GET", "large"));
            }
            client.flush();
        }

        othersAreServedMeanwhile(200);

        assertTrue(rondo.residentBytes() < MEMORY_BOUND_BYTES, rondo.residentBytes() + " bytes");
        deaf.forEach(RespConnection::close);
        othersAreServedMeanwhile(1);
    }

    @Test
    void aSubscriberThatDoesNotReadIsDroppedAtItsLimit() {
        try (RespConnection subscriber = rondo.connect();
                RespConnection publisher = rondo.connect()) {
            subscriber.command("SUBSCRIBE", "flood");
            String message = "m".repeat(VALUE_BYTES);
            long receivers = 1;
            for (int i = 0; i < 200 && receivers > 0; i++) {
                receivers = publisher.command("PUBLISH", "flood", message).asLong();
            }
            assertEquals(0, receivers, "200 MB are far beyond client-output-buffer-limit pubsub 32mb");
        }
        assertTrue(rondo.residentBytes() < MEMORY_BOUND_BYTES, rondo.residentBytes() + " bytes");
        othersAreServedMeanwhile(1);
    }

    private void othersAreServedMeanwhile(int times) {
        try (RespConnection other = RespConnection.to(rondo.port(), 20_000)) {
            for (int i = 0; i < times; i++) {
                assertEquals(Reply.status("OK"), other.command("SET", "small:" + i, "x"));
                assertEquals(Reply.bulk("x"), other.command("GET", "small:" + i));
            }
        }
    }
}
