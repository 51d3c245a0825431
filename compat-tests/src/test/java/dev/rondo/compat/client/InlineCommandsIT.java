package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people type into nc or telnet: inline commands are read as redis-server reads them. */
class InlineCommandsIT {
    private static final List<String> LINES = List.of(
            "PING\r\n",
            "ping\n",
            "  SET   key   value  \r\n",
            "GET key\r\n",
            "\r\n\r\nGET key\r\n",
            "SET \"quoted key\" \"a\\x00b\\n\\t\\\\\\\"\"\r\n",
            "GET \"quoted key\"\r\n",
            "SET 'single' 'it\\'s \\n raw'\r\n",
            "GET single\r\n",
            "SET empty \"\"\r\n",
            "GET empty\r\n",
            "GET\r\n",
            "NOSUCH 'a b'\r\n",
            "ECHO \u00ff\u00fe\r\n",
            "*1\r\n$4\r\nPING\r\nPING\r\n*1\r\n$4\r\nPING\r\n");

    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    @Test
    void everyLineIsAnsweredAsByRedis() {
        try (RespConnection model = SERVERS.redis().connect();
                RespConnection candidate = SERVERS.rondo().connect()) {
            for (String line : LINES) {
                assertEquals(answers(model, line), answers(candidate, line), line);
            }
        }
    }

    @Test
    void aLineThatArrivesByteByByteIsOneCommand() {
        try (RespConnection client = SERVERS.rondo().connect()) {
            for (char c : "SET slow \"one two\"\r\nGET slow\r\n".toCharArray()) {
                client.sendRaw(String.valueOf(c));
            }
            assertEquals(Reply.status("OK"), client.read());
            assertEquals(Reply.bulk("one two"), client.read());
        }
    }

    /** All replies to a line: an ECHO behind it marks the end. */
    private static List<Reply> answers(RespConnection client, String line) {
        client.sendRaw(line);
        List<Reply> answers = new ArrayList<>();
        client.queue(List.of("ECHO", "end of answers"));
        client.flush();
        for (Reply reply = client.read(); !reply.equals(Reply.bulk("end of answers")); reply = client.read()) {
            answers.add(reply);
        }
        return answers;
    }
}
