package dev.rondo.server.resp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies in RESP2 or RESP3 into one growing array. A command says what it means ("a map of two fields") and
 * the writer chooses the form the client's protocol has for it. Confined to one thread at a time.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP specification</a>
 */
public final class ReplyWriter {
    /** What {@link #reset} keeps of a buffer that grew for one large reply. */
    private static final int KEPT_BYTES = 256 * 1024;

    private static final byte[] OK = Ascii.bytes("+OK\r\n");
    private static final byte[] QUEUED = Ascii.bytes("+QUEUED\r\n");
    private static final byte[] NULL_BULK = Ascii.bytes("$-1\r\n");
    private static final byte[] NULL_ARRAY = Ascii.bytes("*-1\r\n");
    private static final byte[] NULL_RESP3 = Ascii.bytes("_\r\n");
    private static final byte[] TRUE = Ascii.bytes("#t\r\n");
    private static final byte[] FALSE = Ascii.bytes("#f\r\n");

    private byte[] buffer;
    private int size;
    private boolean resp3;
    private @Nullable String lastError;

    public ReplyWriter() {
        this(16 * 1024);
    }

    public ReplyWriter(int initialBytes) {
        buffer = new byte[initialBytes];
    }

    /** Chooses the protocol of everything written from here on. */
    public void resp3(boolean yes) {
        resp3 = yes;
    }

    public boolean isResp3() {
        return resp3;
    }

    /** The bytes written: {@code array()[0..size())}. Valid until the next write. */
    public byte[] array() {
        return buffer;
    }

    public int size() {
        return size;
    }

    /** Forgets what was written behind {@code newSize}. */
    public void truncate(int newSize) {
        size = newSize;
    }

    /** Forgets everything written, and gives back the memory of an unusually large reply. */
    public void reset() {
        size = 0;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[KEPT_BYTES];
        }
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    /** The last error written since {@link #clearError}, without its leading '-'; null when there was none. */
    public @Nullable String lastError() {
        return lastError;
    }

    public void clearError() {
        lastError = null;
    }

    public void ok() {
        raw(OK);
    }

    public void queued() {
        raw(QUEUED);
    }

    /** A status reply; {@code text} must hold no line break. */
    public void simple(String text) {
        line('+', text);
    }

    /**
     * An error reply: its first word is the code ("ERR", "WRONGTYPE"); line breaks become blanks, at the end nothing.
     */
    public void error(String codeAndMessage) {
        lastError = codeAndMessage;
        countedError(codeAndMessage);
    }

    /** As {@link #error}, for one that was told to the statistics already. */
    public void countedError(String codeAndMessage) {
        int length = codeAndMessage.length();
        while (length > 0 && isLineBreak(codeAndMessage.charAt(length - 1))) {
            length--;
        }
        line('-', codeAndMessage.substring(0, length).replace('\r', ' ').replace('\n', ' '));
    }

    private static boolean isLineBreak(char c) {
        return c == '\r' || c == '\n';
    }

    public void integer(long value) {
        header(':', value);
    }

    public void bulk(byte[] bytes) {
        bulk(bytes, 0, bytes.length);
    }

    public void bulk(byte[] bytes, int offset, int length) {
        ensure(length + 32);
        header('$', length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
        crlf();
    }

    /** A bulk string of one byte for each char of {@code text}. */
    public void bulk(String text) {
        bulk(Ascii.bytes(text));
    }

    /** A bulk string that holds the decimal form of {@code value}. */
    public void bulkLong(long value) {
        header('$', Ascii.length(value));
        ensure(Ascii.MAX_LONG_DIGITS + 2);
        size = Ascii.write(value, buffer, size);
        crlf();
    }

    /** The bulk string, or null. */
    public void bulkOrNull(byte @Nullable [] bytes) {
        if (bytes == null) {
            nullBulk();
        } else {
            bulk(bytes);
        }
    }

    /** No value where a string is expected. */
    public void nullBulk() {
        raw(resp3 ? NULL_RESP3 : NULL_BULK);
    }

    /** No value where an aggregate is expected. */
    public void nullArray() {
        raw(resp3 ? NULL_RESP3 : NULL_ARRAY);
    }

    /** The header of an array of {@code count} replies that must follow. */
    public void array(int count) {
        header('*', count);
    }

    /** The header of a map of {@code pairs} pairs; a flat array in RESP2. */
    public void map(int pairs) {
        if (resp3) {
            header('%', pairs);
        } else {
            header('*', 2L * pairs);
        }
    }

    /** The header of a set; an array in RESP2. */
    public void set(int count) {
        header(resp3 ? '~' : '*', count);
    }

    /** The header of an out-of-band push; an array in RESP2. */
    public void push(int count) {
        header(resp3 ? '>' : '*', count);
    }

    /** A boolean; 1 or 0 in RESP2. */
    public void bool(boolean value) {
        if (resp3) {
            raw(value ? TRUE : FALSE);
        } else {
            integer(value ? 1 : 0);
        }
    }

    /** A double whose shortest decimal form is {@code text}; a bulk string in RESP2. */
    public void doubleText(String text) {
        if (resp3) {
            line(',', text);
        } else {
            bulk(text);
        }
    }

    /** An integer of any size; a bulk string in RESP2. */
    public void bigNumber(String digits) {
        if (resp3) {
            line('(', digits);
        } else {
            bulk(digits);
        }
    }

    /** Text with a three-letter format ("txt", "mkd"); a bulk string in RESP2. */
    public void verbatim(String format, byte[] text) {
        if (!resp3) {
            bulk(text);
            return;
        }
        ensure(text.length + 36);
        header('=', text.length + 4L);
        put(format);
        buffer[size++] = ':';
        raw(text);
        crlf();
    }

    /** Where an aggregate whose length is not known yet starts; close it with {@link #arrayAt} or {@link #mapAt}. */
    public int mark() {
        return size;
    }

    /** Puts the header of an array of {@code count} replies in front of what was written since {@code mark}. */
    public void arrayAt(int mark, int count) {
        insertHeader(mark, '*', count);
    }

    /** As {@link #arrayAt} for a map. */
    public void mapAt(int mark, int pairs) {
        insertHeader(mark, resp3 ? '%' : '*', resp3 ? pairs : 2L * pairs);
    }

    /** As {@link #arrayAt} for a set. */
    public void setAt(int mark, int count) {
        insertHeader(mark, resp3 ? '~' : '*', count);
    }

    /** Bytes that are already in the protocol's form. */
    public void raw(byte[] bytes) {
        raw(bytes, 0, bytes.length);
    }

    /** Bytes that are already in the protocol's form. */
    public void raw(byte[] bytes, int offset, int length) {
        ensure(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
    }

    private void insertHeader(int mark, char type, long count) {
        int headerBytes = 3 + Ascii.length(count);
        ensure(headerBytes);
        System.arraycopy(buffer, mark, buffer, mark + headerBytes, size - mark);
        int end = size + headerBytes;
        size = mark;
        header(type, count);
        size = end;
    }

    private void header(char type, long value) {
        ensure(Ascii.MAX_LONG_DIGITS + 3);
        buffer[size++] = (byte) type;
        if (value >= 0 && value < 10) {
            buffer[size++] = (byte) ('0' + value);
        } else {
            size = Ascii.write(value, buffer, size);
        }
        crlf();
    }

    private void line(char type, String text) {
        ensure(text.length() + 3);
        buffer[size++] = (byte) type;
        put(text);
        crlf();
    }

    private void put(String text) {
        ensure(text.length() + 2);
        for (int i = 0; i < text.length(); i++) {
            buffer[size++] = (byte) text.charAt(i);
        }
    }

    private void crlf() {
        ensure(2);
        buffer[size++] = '\r';
        buffer[size++] = '\n';
    }

    private void ensure(int more) {
        if (buffer.length - size < more) {
            long needed = (long) size + more;
            if (needed > Integer.MAX_VALUE - 16) {
                throw new OutOfMemoryError("reply larger than 2 GB");
            }
            buffer =
                    Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 16, Math.max(needed, 2L * buffer.length)));
        }
    }
}
