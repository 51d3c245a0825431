package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StringValue.RawString;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StringValueTest {

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "9223372036854775807", "-9223372036854775808"})
    void canonicalIntegersAreHeldAsIntegers(String text) {
        Object value = StringValue.of(Ascii.bytes(text));
        assertInstanceOf(Long.class, value);
        assertEquals("int", StringValue.encoding(value));
        assertEquals(text, Ascii.string(StringValue.bytes(value)));
        assertEquals(text.length(), StringValue.length(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-0", "01", "+1", " 1", "1.0", "9223372036854775808", "abc"})
    void otherTextIsHeldAsItIs(String text) {
        byte[] bytes = Ascii.bytes(text);
        Object value = StringValue.of(bytes);
        assertSame(bytes, value);
        assertEquals("embstr", StringValue.encoding(value));
    }

    @Test
    void longStringsAreRaw() {
        assertEquals("embstr", StringValue.encoding(new byte[44]));
        assertEquals("raw", StringValue.encoding(new byte[45]));
        assertEquals("raw", StringValue.encoding(StringValue.growing(Ascii.bytes("1"))));
    }

    @Test
    void growingNeverChangesTheBytesItStartedFrom() {
        byte[] original = Ascii.bytes("abc");
        RawString growing = StringValue.growing(original);
        growing.write(0, Ascii.bytes("x"));
        assertEquals("abc", Ascii.string(original));
        assertSame(growing, StringValue.growing(growing));
    }

    @Test
    void aCopyStaysAsItWas() {
        RawString raw = StringValue.growing(Ascii.bytes("abc"));
        Object copy = StringValue.copy(raw);
        assertNotSame(raw, copy);
        raw.append(Ascii.bytes("d"));
        assertEquals("abc", Ascii.string(StringValue.bytes(copy)));
    }

    @Property
    void writesBehaveLikeAPlainArray(
            @ForAll @Size(max = 20) byte[] initial,
            @ForAll @IntRange(max = 50) int offset,
            @ForAll @Size(min = 1, max = 20) byte[] patch,
            @ForAll @Size(max = 20) byte[] tail) {
        RawString raw = new RawString(initial);
        raw.write(offset, patch);
        raw.append(tail);
        byte[] model = Arrays.copyOf(initial, Math.max(initial.length, offset + patch.length));
        System.arraycopy(patch, 0, model, offset, patch.length);
        byte[] all = Arrays.copyOf(model, model.length + tail.length);
        System.arraycopy(tail, 0, all, model.length, tail.length);
        assertArrayEquals(all, raw.toByteArray());
        assertEquals(all.length, StringValue.length(raw));
        assertArrayEquals(all, Arrays.copyOf(StringValue.array(raw), raw.length()));
    }

    @Property
    void splicesBehaveLikeAPlainArray(
            @ForAll @Size(max = 20) byte[] initial,
            @ForAll @IntRange(max = 20) int from,
            @ForAll @IntRange(max = 20) int to,
            @ForAll @Size(max = 20) byte[] patch,
            @ForAll @IntRange(max = 40) int grown) {
        int start = Math.min(Math.min(from, to), initial.length);
        int end = Math.min(Math.max(from, to), initial.length);
        RawString raw = RawString.owning(initial.clone());
        raw.splice(start, end - start, patch, patch.length);
        String text = Ascii.string(initial);
        String expected = text.substring(0, start) + Ascii.string(patch) + text.substring(end);
        assertEquals(expected, Ascii.string(raw.toByteArray()));
        raw.growTo(grown);
        String zeros = "\0".repeat(Math.max(0, grown - expected.length()));
        assertEquals(expected + zeros, Ascii.string(raw.toByteArray()));
    }
}
