package dev.rondo.server.resp;

import java.util.Arrays;
import java.util.function.Consumer;

/** Feeds a decoder piece by piece as a connection does, and checks on the way what the decoder promises. */
final class DecoderFeed {
    private static final byte[] NOTHING = {};
    /** What the decoder may hold beyond the bytes it got: its first arrays. */
    private static final long ALLOWANCE_BYTES = 64 * 1024;

    private final RequestDecoder decoder;
    private byte[] leftover = NOTHING;
    private long received;

    DecoderFeed(RequestDecoder decoder) {
        this.decoder = decoder;
    }

    /** Gives the decoder the next bytes and the sink every request that is complete. */
    void receive(byte[] piece, Consumer<byte[][]> sink) throws ProtocolException {
        received += piece.length;
        byte[] input = leftover.length == 0 ? piece : join(leftover, piece);
        decoder.position(0);
        int before = 0;
        for (byte[][] words = decoder.next(input, input.length);
                words != null;
                words = decoder.next(input, input.length)) {
            check(words.length > 0, "an empty request");
            check(decoder.position() > before, "no progress");
            check(decoder.position() <= input.length, "position behind the input");
            before = decoder.position();
            sink.accept(words);
        }
        leftover = Arrays.copyOfRange(input, decoder.position(), input.length);
        check(leftover.length <= RequestDecoder.MAX_LINE_BYTES, "more than a line left over");
        check(decoder.heldBytes() <= 16 * received + ALLOWANCE_BYTES, "more memory than the bytes received justify");
        check(decoder.pendingBytes() >= 0 && decoder.pendingBytes() <= 16 * received, "wrong count of pending bytes");
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
