package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The replies are those of redis-server 7.0.15. */
class HyperLogLogCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object call(String words) {
        return client.call(words.split(" "));
    }

    @Test
    void addsAndCounts() {
        assertEquals(1L, call("PFADD h"));
        assertEquals(0L, call("PFADD h"));
        assertEquals("raw", call("OBJECT ENCODING h"));
        assertEquals(1L, call("PFADD h a b c d e f g"));
        assertEquals(0L, call("PFADD h a"));
        assertEquals(7L, call("PFCOUNT h"));
        assertEquals(7L, call("PFCOUNT h"));
        assertEquals(1L, call("PFADD i g h"));
        assertEquals(8L, call("PFCOUNT h i nokey"));
        assertEquals(0L, call("PFCOUNT nokey"));
        assertEquals("OK", call("PFMERGE m h i nokey"));
        assertEquals(8L, call("PFCOUNT m"));
        assertEquals("OK", call("PFMERGE n"));
        assertEquals(18L, call("STRLEN n"));
    }

    @Test
    void theDirectiveSaysWhenAStringBecomesDense() {
        String[] many = Stream.concat(
                        Stream.of("PFADD", "h"), IntStream.range(0, 100).mapToObj(Integer::toString))
                .toArray(String[]::new);
        client.call(many);
        assertEquals("sparse", call("PFDEBUG ENCODING h"));
        assertEquals("OK", call("CONFIG SET hll-sparse-max-bytes 100"));
        assertEquals(1L, call("PFADD h more"));
        assertEquals("dense", call("PFDEBUG ENCODING h"));
        assertEquals(12304L, call("STRLEN h"));
        assertEquals(101L, call("PFCOUNT h"));
        call("PFMERGE m h");
        assertEquals("dense", call("PFDEBUG ENCODING m"));
    }

    @Test
    void theInsideCanBeSeen() {
        call("PFADD h a");
        assertEquals("Z:12711 v:2,1 Z:3672", call("PFDEBUG DECODE h"));
        assertEquals(1L, call("PFDEBUG todense h"));
        assertEquals(0L, call("PFDEBUG TODENSE h"));
        assertEquals(new Err("ERR HLL encoding is not sparse"), call("PFDEBUG DECODE h"));
        List<?> registers = (List<?>) call("PFDEBUG GETREG h");
        assertEquals(16384, registers.size());
        assertEquals(2L, registers.get(12711));
        assertEquals(new Err("ERR The specified key does not exist"), call("PFDEBUG ENCODING nokey"));
        assertEquals(new Err("ERR Unknown PFDEBUG subcommand 'foo'"), call("PFDEBUG foo h"));
        assertEquals("OK", call("PFSELFTEST"));
    }

    @Test
    void whatIsNoHyperLogLogIsRefused() {
        call("RPUSH l a");
        call("SET n 5");
        client.call("SET", "corrupt", "HYLL\1" + "\0".repeat(10) + "\u0080\u007f\u00fe");
        Err wrongType = new Err("WRONGTYPE Operation against a key holding the wrong kind of value");
        Err invalid = new Err("WRONGTYPE Key is not a valid HyperLogLog string value.");
        Err corrupt = new Err("INVALIDOBJ Corrupted HLL object detected");
        for (String command : List.of("PFADD K a", "PFCOUNT K", "PFCOUNT h K", "PFMERGE K h", "PFMERGE h K")) {
            assertEquals(wrongType, call(command.replace("K", "l")), command);
            assertEquals(invalid, call(command.replace("K", "n")), command);
        }
        assertEquals(0L, call("EXISTS h"));
        for (String command : List.of("PFCOUNT K", "PFCOUNT h K", "PFMERGE K h", "PFMERGE h K", "PFDEBUG GETREG K")) {
            assertEquals(corrupt, call(command.replace("K", "corrupt")), command);
        }
        assertEquals(1L, call("PFADD corrupt a"));
    }
}
