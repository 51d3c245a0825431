package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UndyingThreadsTest {

    @Test
    void theThreadThatReadsTheSocketsEndsInOrderOnly() throws InterruptedException {
        int[] runs = {0};
        Runnable task = () -> {
            if (++runs[0] < 3) {
                throw new NullPointerException("as JGroups does when it cannot accept a connection");
            }
        };
        Thread thread = new UndyingThreads().newThread(task, "NioServer.Selector [/127.0.0.1:7]");
        thread.start();
        thread.join();
        assertEquals(3, runs[0]);
    }
}
