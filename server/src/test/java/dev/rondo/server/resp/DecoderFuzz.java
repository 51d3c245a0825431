package dev.rondo.server.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the decoder bytes that hostile or broken clients may send. Whatever comes, it gives requests or a
 * {@link ProtocolException}, goes on, and holds no more memory than the bytes received justify; and how the bytes are
 * split changes nothing.
 *
 * <p>{@code java dev.rondo.server.resp.DecoderFuzz [sequences] [seed]}
 */
final class DecoderFuzz {
    private static final String[] LENGTHS = {
        "0",
        "1",
        "2",
        "10",
        "-1",
        "-2",
        "1024",
        "16384",
        "16385",
        "65536",
        "1048576",
        "1048577",
        "536870912",
        "536870913",
        "2147483647",
        "2147483648",
        "4294967297",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "99999999999999999999",
        "01",
        "+1",
        "1 ",
        " 1",
        "1e3",
        "0x10",
        ""
    };
    private static final byte[][] PIECES = {
        Ascii.bytes("\r\n"),
        Ascii.bytes("\n"),
        Ascii.bytes("\r"),
        Ascii.bytes("*"),
        Ascii.bytes("$"),
        Ascii.bytes("\""),
        Ascii.bytes("'"),
        Ascii.bytes("\\x"),
        Ascii.bytes("\\"),
        Ascii.bytes(" "),
        {0},
        {(byte) 0xff},
        Ascii.bytes("PING")
    };

    private final Random random;

    DecoderFuzz(long seed) {
        random = new Random(seed);
    }

    public static void main(String[] args) {
        long sequences = args.length > 0 ? Long.parseLong(args[0]) : 10_000_000L;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        System.out.println("seed " + seed);
        DecoderFuzz fuzz = new DecoderFuzz(seed);
        long requests = 0;
        long refused = 0;
        for (long i = 0; i < sequences; i++) {
            Outcome outcome = fuzz.next();
            requests += outcome.requests.size();
            refused += outcome.refusal == null ? 0 : 1;
            if (i % 1_000_000 == 999_999) {
                System.out.println((i + 1) + " sequences, " + requests + " requests, " + refused + " refused");
            }
        }
        System.out.println("done: " + sequences + " sequences, " + requests + " requests, " + refused + " refused");
    }

    /** What came of a sequence: the requests before its end or before the refusal. */
    record Outcome(List<List<String>> requests, @Nullable String refusal) {}

    /** Decodes one more sequence, whole and in pieces.
     *
     * @throws AssertionError if the decoder breaks a promise; the message holds the bytes
     */
    Outcome next() {
        byte[] sequence = sequence();
        boolean authenticated = random.nextInt(4) > 0;
        try {
            Outcome whole = decode(List.of(sequence), authenticated);
            if (sequence.length > RequestDecoder.MAX_LINE_BYTES) {
                return whole; // whether a line is too long depends on how much of it is there when it is looked at
            }
            Outcome split = decode(RequestDecoderSplitTest.pieces(sequence, random), authenticated);
            if (!whole.equals(split)) {
                throw new AssertionError("whole: " + whole + ", in pieces: " + split);
            }
            return whole;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("with " + Arrays.toString(sequence), e);
        }
    }

    private static Outcome decode(List<byte[]> pieces, boolean authenticated) {
        RequestDecoder decoder = new RequestDecoder();
        decoder.authenticated(authenticated);
        DecoderFeed feed = new DecoderFeed(decoder);
        List<List<String>> requests = new ArrayList<>();
        try {
            for (byte[] piece : pieces) {
                feed.receive(piece, words -> requests.add(RequestDecoderSplitTest.texts(words)));
            }
            return new Outcome(requests, null);
        } catch (ProtocolException e) {
            return new Outcome(requests, e.getMessage());
        }
    }

    private byte[] sequence() {
        return switch (random.nextInt(10)) {
            case 0 -> randomBytes(random.nextInt(64));
            case 1 -> announced();
            case 2 -> soup();
            case 3 -> random.nextInt(2000) == 0 ? longLine() : valid();
            default -> mutated(valid());
        };
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Some requests in a row. */
    private byte[] valid() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int words = 1 + random.nextInt(5);
            out.writeBytes(Ascii.bytes("*" + words + "\r\n"));
            for (int w = 0; w < words; w++) {
                byte[] word = randomBytes(random.nextInt(random.nextInt(50) == 0 ? 3000 : 12));
                out.writeBytes(Ascii.bytes("$" + word.length + "\r\n"));
                out.writeBytes(word);
                out.writeBytes(Ascii.bytes("\r\n"));
            }
        }
        return out.toByteArray();
    }

    /** Bytes changed, left out, doubled or put in. */
    private byte[] mutated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rate = 4 + random.nextInt(60);
        for (byte b : bytes) {
            switch (random.nextInt(rate)) {
                case 0 -> out.write(random.nextInt(256));
                case 1 -> out.writeBytes(PIECES[random.nextInt(PIECES.length)]);
                case 2 -> {
                    out.write(b);
                    out.write(b);
                }
                case 3 -> {
                    // left out
                }
                default -> out.write(b);
            }
        }
        return out.toByteArray();
    }

    /** Lengths of all kinds, and little behind them. */
    private byte[] announced() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Ascii.bytes("*" + LENGTHS[random.nextInt(LENGTHS.length)] + "\r\n"));
        for (int i = random.nextInt(4); i > 0; i--) {
            out.writeBytes(Ascii.bytes("$" + LENGTHS[random.nextInt(LENGTHS.length)] + "\r\n"));
            out.writeBytes(randomBytes(random.nextInt(20)));
        }
        return out.toByteArray();
    }

    private byte[] soup() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(30); i > 0; i--) {
            out.writeBytes(PIECES[random.nextInt(PIECES.length)]);
        }
        return out.toByteArray();
    }

    /** More than a line may have. */
    private byte[] longLine() {
        byte[] line = new byte[RequestDecoder.MAX_LINE_BYTES + random.nextInt(10_000)];
        Arrays.fill(line, (byte) "*$x".charAt(random.nextInt(3)));
        return line;
    }
}
