package dev.rondo.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LiveConfigTest {
    @Test
    void noMoreClientsArePromisedThanThereAreFileDescriptors() {
        assertEquals(10_000, LiveConfig.affordableClients(10_000, 65_536));
        assertEquals(768, LiveConfig.affordableClients(10_000, 1024));
        assertEquals(1, LiveConfig.affordableClients(10_000, 100));
        assertEquals(10_000, LiveConfig.affordableClients(10_000, Long.MAX_VALUE));
    }
}
