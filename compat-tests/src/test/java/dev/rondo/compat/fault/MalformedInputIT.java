package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Escaped;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Frames that are no RESP, or too large, or cut short: refused in Redis's words, and the node goes on. */
class MalformedInputIT {
    /** Each is answered and the connection closed; the model says with what. */
    private static final List<String> REFUSED = List.of(
            "*abc\r\n",
            "*2147483648\r\n",
            "*99999999999999999999\r\n",
            "*1\r\n:5\r\n",
            "*1\r\nGET\r\n",
            "*1\r\n\r\n",
            "*1\r\n$abc\r\n",
            "*1\r\n$-1\r\n",
            "*1\r\n$536870913\r\n",
            "*2\r\n$3\r\nGET\r\n$99999999999999999999\r\n",
            "*3\r\n$3\r\nSET\r\n$1\r\na\r\n*1\r\n",
            "PING\r\n*1\r\n$x\r\n",
            "SET a \"unbalanced\r\n",
            "SET a 'unbalanced\r\n",
            "SET a \"closed\"then\r\n",
            "x".repeat(70_000),
            "*" + "1".repeat(70_000),
            "*1\r\n$" + "1".repeat(70_000));

    /** Each is odd but allowed. */
    private static final List<String> ALLOWED = List.of(
            "*0\r\nPING\r\n",
            "*-1\r\nPING\r\n",
            "*-5\r\n*1\r\n$4\r\nPING\r\n",
            "*1\r\n$0\r\n\r\n",
            "*1\r\n$4\r\nPINGxxPING\r\n");

    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    @AfterEach
    void theNodeGoesOn() {
        assertEquals(Reply.status("PONG"), SERVERS.rondo().ask("PING"));
        assertTrue(SERVERS.rondo().isAlive());
    }

    @Test
    void malformedFramesAreRefusedInRedisWordsAndTheConnectionIsClosed() {
        for (String frame : REFUSED) {
            List<String> expected = answersUntilClosed(SERVERS.redis(), frame);

            assertEquals("closed", expected.get(expected.size() - 1), "the model closes after " + shown(frame));
            assertEquals(expected, answersUntilClosed(SERVERS.rondo(), frame), shown(frame));
        }
    }

    @Test
    void oddButLegalFramesAreAnsweredAsByRedis() {
        for (String frame : ALLOWED) {
            assertEquals(answers(SERVERS.redis(), frame), answers(SERVERS.rondo(), frame), shown(frame));
        }
    }

    @Test
    void aPeerThatDiesInMidMessageLeavesNothingBehind() {
        String command = "*3\r\n$3\r\nSET\r\n$8\r\ncut:half\r\n$10\r\n0123456789\r\n";
        for (int cut = 1; cut < command.length(); cut++) {
            try (RespConnection client = SERVERS.rondo().connect()) {
                client.sendRaw(command.substring(0, cut));
            }
        }
        assertEquals(Reply.integer(0), SERVERS.rondo().ask("EXISTS", "cut:half"));
        Awaitility.await().untilAsserted(() -> assertEquals(1, connectedClients()));
    }

    @Test
    void announcedButUnsentMegabytesTakeNoMemory() {
        long before = SERVERS.rondo().residentBytes();
        List<RespConnection> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RespConnection client = SERVERS.rondo().connect();
            client.sendRaw("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$536870912\r\nonly these bytes come");
            clients.add(client);
        }
        assertEquals(Reply.status("PONG"), SERVERS.rondo().ask("PING"));
        assertTrue(SERVERS.rondo().residentBytes() - before < 200L << 20, "25 GB were announced");
        clients.forEach(RespConnection::close);
    }

    @Test
    void randomBytesNeverHarmTheNode() {
        Random random = new Random(4711);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at += 1 + random.nextInt(20)) {
                bytes[at] = (byte) "*$:+-\r\n0123456789".charAt(random.nextInt(17));
            }
            try (RespConnection client = SERVERS.rondo().connect()) {
                client.sendRaw(bytes);
            }
        }
        assertEquals(Reply.status("PONG"), SERVERS.rondo().ask("PING"));
    }

    @Test
    void manyArgumentsAndLargeValuesPass() {
        try (RespConnection client = SERVERS.rondo().connect()) {
            client.timeoutMs(60_000);
            List<String> command = new ArrayList<>(List.of("DEL"));
            for (int i = 0; i < 200_000; i++) {
                command.add("key:" + i);
            }
            client.queue(command);
            client.flush();
            assertEquals(Reply.integer(0), client.read());

            String large = "0123456789abcdef".repeat(1 << 20);
            assertEquals(Reply.status("OK"), client.command("SET", "large", large));
            assertEquals(Reply.integer(16 << 20), client.command("STRLEN", "large"));
            assertEquals(large, client.command("GET", "large").asText());
            assertEquals(Reply.integer(1), client.command("DEL", "large"));
        }
    }

    private static long connectedClients() {
        return SERVERS.rondo()
                .ask("INFO", "clients")
                .asText()
                .lines()
                .filter(line -> line.startsWith("connected_clients:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Every reply to the bytes, and at the end "closed". */
    private static List<String> answersUntilClosed(ServerProcess server, String bytes) {
        List<String> answers = new ArrayList<>();
        try (RespConnection client = server.connect()) {
            client.sendRaw(bytes);
            while (true) {
                answers.add(client.read().toString());
            }
        } catch (UncheckedIOException e) {
            answers.add(e.getMessage().contains("timed out") ? "open" : "closed");
        }
        return answers;
    }

    /** Every reply to the bytes; an ECHO behind them marks the end. */
    private static List<Reply> answers(ServerProcess server, String bytes) {
        List<Reply> answers = new ArrayList<>();
        try (RespConnection client = server.connect()) {
            client.sendRaw(bytes + "*2\r\n$4\r\nECHO\r\n$3\r\nend\r\n");
            for (Reply reply = client.read(); !reply.equals(Reply.bulk("end")); reply = client.read()) {
                answers.add(reply);
            }
        }
        return answers;
    }

    private static String shown(String frame) {
        return Escaped.quoted(frame.substring(0, Math.min(60, frame.length())));
    }
}
