package dev.rondo.membership;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CourierTest {

    private static final Address TO = UUID.randomUUID();
    private static final byte[] BODY = {7};

    private final Queue<MailKind> sent = new ConcurrentLinkedQueue<>();
    private final CountDownLatch room = new CountDownLatch(1);

    @AfterEach
    void makeRoom() {
        room.countDown();
    }

    private static MailKind kind(Message message) {
        return MailKind.of(message.getArray()[message.getOffset()]);
    }

    private void untilSent(MailKind... kinds) {
        await().atMost(Duration.ofSeconds(20)).until(() -> sent.containsAll(List.of(kinds)));
    }

    @Test
    void wordsThatGoUnreliablyDoNotWaitBehindMailThatHasNoRoom() {
        Courier.Outlet full = message -> {
            if (!message.isFlagSet(Message.Flag.NO_RELIABILITY)) {
                room.await();
            }
            sent.add(kind(message));
        };
        try (Courier courier = new Courier(full, "test")) {
            courier.post(TO, MailKind.TABLE, BODY);
            courier.post(TO, MailKind.STANDING, BODY);
            untilSent(MailKind.STANDING);
            assertEquals(List.of(MailKind.STANDING), List.copyOf(sent));

            room.countDown();
            untilSent(MailKind.TABLE);
        }
    }

    @Test
    void ofWhatWaitsTheNewestOfEachKindIsSent() throws InterruptedException {
        CountDownLatch waiting = new CountDownLatch(1);
        Queue<Byte> bodies = new ConcurrentLinkedQueue<>();
        Courier.Outlet slow = message -> {
            waiting.countDown();
            room.await();
            bodies.add(message.getArray()[message.getOffset() + 1]);
            sent.add(kind(message));
        };
        try (Courier courier = new Courier(slow, "test")) {
            courier.post(TO, MailKind.REPORT, new byte[] {1});
            waiting.await();
            courier.post(TO, MailKind.REPORT, new byte[] {2});
            courier.post(TO, MailKind.REPORT, new byte[] {3});
            courier.post(TO, MailKind.TABLE, new byte[] {4});
            room.countDown();
            untilSent(MailKind.TABLE);
            assertEquals(List.of((byte) 1, (byte) 3, (byte) 4), List.copyOf(bodies));
        }
    }

    @Test
    void aMessageThatCannotBeSentDoesNotKeepTheNextFromBeingSent() {
        for (Throwable failure : List.of(new IOException("gone"), new StackOverflowError())) {
            sent.clear();
            Courier.Outlet failing = message -> {
                if (kind(message) == MailKind.REPORT) {
                    sent.add(MailKind.REPORT);
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) failure;
                }
                sent.add(kind(message));
            };
            try (Courier courier = new Courier(failing, "test")) {
                courier.post(TO, MailKind.REPORT, BODY);
                untilSent(MailKind.REPORT);
                courier.post(TO, MailKind.TABLE, BODY);
                untilSent(MailKind.TABLE);
                assertTrue(sent.contains(MailKind.TABLE));
            }
        }
    }
}
