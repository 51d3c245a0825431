package dev.rondo.server.resp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one connection into requests: RESP arrays of bulk strings, or inline commands. Bytes may arrive
 * in any split; what is complete of a request is taken out of the input at once, so the caller never keeps more than
 * {@link #MAX_LINE_BYTES} of unconsumed input. Memory grows with the bytes received, never with a length announced.
 * Confined to the connection's event loop.
 *
 * <p>Limits and error words are those of Redis 7 (networking.c, processMultibulkBuffer and processInlineBuffer).
 */
public final class RequestDecoder {
    public static final int MAX_LINE_BYTES = 64 * 1024;
    public static final int MAX_ARGUMENTS = 1024 * 1024;
    public static final int DEFAULT_MAX_BULK_BYTES = 512 * 1024 * 1024;
    public static final long DEFAULT_MAX_REQUEST_BYTES = 1024 * 1024 * 1024;
    static final int MAX_UNAUTHENTICATED_ARGUMENTS = 10;
    static final int MAX_UNAUTHENTICATED_BULK_BYTES = 16 * 1024;

    private static final int FIRST_ARRAY_ARGUMENTS = 1024;
    private static final int FIRST_BULK_BYTES = 32 * 1024;
    private static final int ARRAY_OVERHEAD_BYTES = 24;
    private static final int NONE = -1;
    private static final byte[] EMPTY = {};

    private final int maxBulkBytes;
    private final long maxRequestBytes;
    private boolean authenticated = true;

    private int position;
    private byte[] @Nullable [] arguments;
    private int expectedArguments;
    private int argumentCount;
    private int bulkLength = NONE;
    private byte @Nullable [] bulk; // of a bulk that arrives in more than one piece
    private int bulkReceived;
    private long requestBytes; // of the arguments taken so far, with what an array costs

    public RequestDecoder() {
        this(DEFAULT_MAX_BULK_BYTES, DEFAULT_MAX_REQUEST_BYTES);
    }

    /** A decoder that refuses arguments above {@code maxBulkBytes} and requests above {@code maxRequestBytes}. */
    public RequestDecoder(int maxBulkBytes, long maxRequestBytes) {
        this.maxBulkBytes = maxBulkBytes;
        this.maxRequestBytes = maxRequestBytes;
    }

    /** A client that has yet to authenticate may only send small requests. */
    public void authenticated(boolean yes) {
        authenticated = yes;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Forgets what it took behind {@code end}, where a request of the present input ended. */
    public void rewind(int end) {
        position = end;
        arguments = null;
        expectedArguments = 0;
        argumentCount = 0;
        bulkLength = NONE;
        bulk = null;
        requestBytes = 0;
    }

    /** Where {@link #next} goes on reading: set before the first call on new input. */
    public void position(int newPosition) {
        position = newPosition;
    }

    /** The first byte not consumed. */
    public int position() {
        return position;
    }

    /** The bytes received of the request in progress, with what an array for each argument costs. Any thread. */
    public long pendingBytes() {
        return requestBytes - (bulk == null ? 0 : bulkLength - bulkReceived);
    }

    /** The bytes that the request in progress takes in memory. */
    long heldBytes() {
        long held = arguments == null ? 0 : 8L * arguments.length;
        for (int i = 0; i < argumentCount; i++) {
            held += arguments[i].length + ARRAY_OVERHEAD_BYTES;
        }
        return held + (bulk == null ? 0 : bulk.length);
    }

    /**
     * The next whole request in {@code input[position..limit)}, its arguments in an array of the exact size, or null
     * when more bytes are needed.
     *
     * @throws ProtocolException when the bytes can't be a request; the connection must be closed
     */
    public byte @Nullable [][] next(byte[] input, int limit) throws ProtocolException {
        while (position < limit) {
            if (expectedArguments == 0) {
                if (input[position] != '*') {
                    byte[][] words = inline(input, limit);
                    if (words == null || words.length > 0) {
                        return words;
                    }
                    continue;
                }
                if (!arrayHeader(input, limit)) {
                    return null;
                }
            } else if (!argument(input, limit)) {
                return null;
            } else if (argumentCount == expectedArguments) {
                return take();
            }
        }
        return null;
    }

    private byte[][] take() {
        byte[][] result = arguments;
        arguments = null;
        expectedArguments = 0;
        argumentCount = 0;
        requestBytes = 0;
        return result;
    }

    /** Reads "*count"; a count of zero or less is a request of nothing and is skipped, as Redis does. */
    private boolean arrayHeader(byte[] input, int limit) throws ProtocolException {
        int end = lineEnd(input, limit, "too big mbulk count string");
        if (end == NONE) {
            return false;
        }
        if (!Ascii.isLong(input, position + 1, end)) {
            throw new ProtocolException("invalid multibulk length");
        }
        long count = Ascii.toLong(input, position + 1, end);
        if (count > MAX_ARGUMENTS) {
            throw new ProtocolException("invalid multibulk length");
        }
        if (count > MAX_UNAUTHENTICATED_ARGUMENTS && !authenticated) {
            throw new ProtocolException("unauthenticated multibulk length");
        }
        position = end + 2;
        if (count > 0) {
            expectedArguments = (int) count;
            arguments = new byte[Math.min(expectedArguments, FIRST_ARRAY_ARGUMENTS)][];
        }
        return true;
    }

    private boolean argument(byte[] input, int limit) throws ProtocolException {
        if (bulkLength == NONE && !bulkHeader(input, limit)) {
            return false;
        }
        int available = limit - position;
        if (bulk == null) {
            if (available >= bulkLength + 2) {
                int end = position + bulkLength;
                add(bulkLength == 0 ? EMPTY : Arrays.copyOfRange(input, position, end));
                position = end + 2;
                return true;
            }
            bulk = new byte[Math.min(bulkLength, Math.max(FIRST_BULK_BYTES, available))];
            bulkReceived = 0;
        }
        return continueBulk(input, limit);
    }

    /** Moves what has come of a large bulk out of the input; the array doubles as bytes arrive. */
    private boolean continueBulk(byte[] input, int limit) {
        int wanted = Math.min(bulkLength - bulkReceived, limit - position);
        if (bulkReceived + wanted > bulk.length) {
            int doubled = (int) Math.min(bulkLength, Math.max(2L * bulk.length, bulkReceived + (long) wanted));
            bulk = Arrays.copyOf(bulk, doubled);
        }
        System.arraycopy(input, position, bulk, bulkReceived, wanted);
        bulkReceived += wanted;
        position += wanted;
        if (bulkReceived < bulkLength || limit - position < 2) {
            return false;
        }
        position += 2;
        add(bulk);
        bulk = null;
        return true;
    }

    private boolean bulkHeader(byte[] input, int limit) throws ProtocolException {
        if (position == limit) {
            return false;
        }
        // The type is looked at only when the line is whole, as in Redis.
        int end = lineEnd(input, limit, "too big bulk count string");
        if (end == NONE) {
            return false;
        }
        if (input[position] != '$') {
            throw new ProtocolException("expected '$', got '" + (char) (input[position] & 0xff) + "'");
        }
        if (!Ascii.isLong(input, position + 1, end)) {
            throw new ProtocolException("invalid bulk length");
        }
        long length = Ascii.toLong(input, position + 1, end);
        if (length < 0 || length > maxBulkBytes) {
            throw new ProtocolException("invalid bulk length");
        }
        if (length > MAX_UNAUTHENTICATED_BULK_BYTES && !authenticated) {
            throw new ProtocolException("unauthenticated bulk length");
        }
        requestBytes += length + ARRAY_OVERHEAD_BYTES;
        if (requestBytes > maxRequestBytes) {
            throw ProtocolException.tooLarge();
        }
        position = end + 2;
        bulkLength = (int) length;
        return true;
    }

    private void add(byte[] argument) {
        if (argumentCount == arguments.length) {
            arguments = Arrays.copyOf(arguments, Math.min(expectedArguments, 2 * arguments.length));
        }
        arguments[argumentCount++] = argument;
        bulkLength = NONE;
    }

    /** The offset of the line's '\r' when the byte behind it has come too. */
    private int lineEnd(byte[] input, int limit, String tooLong) throws ProtocolException {
        for (int at = position; at < limit; at++) {
            if (input[at] == '\r') {
                return at + 1 < limit ? at : NONE;
            }
        }
        if (limit - position > MAX_LINE_BYTES) {
            throw new ProtocolException(tooLong);
        }
        return NONE;
    }

    private byte @Nullable [][] inline(byte[] input, int limit) throws ProtocolException {
        int end = position;
        while (end < limit && input[end] != '\n') {
            end++;
        }
        if (end == limit) {
            if (limit - position > MAX_LINE_BYTES) {
                throw new ProtocolException("too big inline request");
            }
            return null;
        }
        int textEnd = end > position && input[end - 1] == '\r' ? end - 1 : end;
        byte[][] words = InlineParser.split(input, position, textEnd);
        if (words == null) {
            throw new ProtocolException("unbalanced quotes in request");
        }
        position = end + 1;
        return words;
    }
}
