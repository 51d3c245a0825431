package dev.rondo.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Every kind of reply in RESP2 and RESP3. */
class ReplyWriterTest {
    private static String written(boolean resp3, Consumer<ReplyWriter> reply) {
        ReplyWriter writer = new ReplyWriter(1); // so small that everything must make it grow
        writer.resp3(resp3);
        reply.accept(writer);
        return Ascii.string(writer.toByteArray());
    }

    private static void assertWritten(String resp2, String resp3, Consumer<ReplyWriter> reply) {
        assertEquals(resp2, written(false, reply), "RESP2");
        assertEquals(resp3, written(true, reply), "RESP3");
    }

    private static void assertSame(String both, Consumer<ReplyWriter> reply) {
        assertWritten(both, both, reply);
    }

    @Test
    void whatBothProtocolsWriteTheSame() {
        assertSame("+OK\r\n", ReplyWriter::ok);
        assertSame("+QUEUED\r\n", ReplyWriter::queued);
        assertSame("+PONG\r\n", reply -> reply.simple("PONG"));
        assertSame(":-7\r\n", reply -> reply.integer(-7));
        assertSame("$0\r\n\r\n", reply -> reply.bulk(""));
        assertSame("$3\r\n\u00ff\r\n\r\n", reply -> reply.bulk("\u00ff\r\n"));
        assertSame("$2\r\nbc\r\n", reply -> reply.bulk(Ascii.bytes("abcd"), 1, 2));
        assertSame("$3\r\n-12\r\n", reply -> reply.bulkLong(-12));
        assertSame("*2\r\n", reply -> reply.array(2));
        assertSame("$1\r\na\r\n", reply -> reply.bulkOrNull(Ascii.bytes("a")));
    }

    @Test
    void whatTheProtocolsWriteDifferently() {
        assertWritten("$-1\r\n", "_\r\n", ReplyWriter::nullBulk);
        assertWritten("$-1\r\n", "_\r\n", reply -> reply.bulkOrNull(null));
        assertWritten("*-1\r\n", "_\r\n", ReplyWriter::nullArray);
        assertWritten("*4\r\n", "%2\r\n", reply -> reply.map(2));
        assertWritten("*3\r\n", "~3\r\n", reply -> reply.set(3));
        assertWritten("*3\r\n", ">3\r\n", reply -> reply.push(3));
        assertWritten(":1\r\n", "#t\r\n", reply -> reply.bool(true));
        assertWritten(":0\r\n", "#f\r\n", reply -> reply.bool(false));
        assertWritten("$3\r\n1.5\r\n", ",1.5\r\n", reply -> reply.doubleText("1.5"));
        assertWritten("$2\r\nab\r\n", "=6\r\ntxt:ab\r\n", reply -> reply.verbatim("txt", Ascii.bytes("ab")));
    }

    @Test
    void errorsAreOneLineAndRemembered() {
        ReplyWriter writer = new ReplyWriter();
        writer.error("ERR bad\r\nthing");
        assertEquals("-ERR bad  thing\r\n", Ascii.string(writer.toByteArray()));
        assertTrue(writer.lastError().startsWith("ERR bad"));
        writer.clearError();
        assertNull(writer.lastError());
    }

    @Test
    void headersCanBeWrittenAfterTheirContents() {
        assertWritten("*1\r\n*2\r\n:1\r\n:2\r\n", "*1\r\n*2\r\n:1\r\n:2\r\n", reply -> {
            reply.array(1);
            int mark = reply.mark();
            reply.integer(1);
            reply.integer(2);
            reply.arrayAt(mark, 2);
        });
        assertWritten("*2\r\n+a\r\n+b\r\n", "%1\r\n+a\r\n+b\r\n", reply -> {
            int mark = reply.mark();
            reply.simple("a");
            reply.simple("b");
            reply.mapAt(mark, 1);
        });
        assertWritten("*1\r\n+a\r\n", "~1\r\n+a\r\n", reply -> {
            int mark = reply.mark();
            reply.simple("a");
            reply.setAt(mark, 1);
        });
    }

    @Test
    void truncateForgetsAndResetGivesMemoryBack() {
        ReplyWriter writer = new ReplyWriter();
        writer.ok();
        int size = writer.size();
        writer.bulk(new byte[1024 * 1024]);
        assertTrue(writer.array().length > 1024 * 1024);
        writer.truncate(size);
        assertEquals("+OK\r\n", Ascii.string(writer.toByteArray()));
        writer.reset();
        assertEquals(0, writer.size());
        assertTrue(writer.array().length <= 256 * 1024);
    }

    @Property
    void integersAndLengthsHaveTheirDecimalForm(@ForAll long number) {
        assertSame(":" + number + "\r\n", reply -> reply.integer(number));
        String text = Long.toString(number);
        assertSame("$" + text.length() + "\r\n" + text + "\r\n", reply -> reply.bulkLong(number));
    }
}
