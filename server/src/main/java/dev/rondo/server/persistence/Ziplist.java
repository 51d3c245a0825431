package dev.rondo.server.persistence;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the compact forms of Redis before 7.0, ziplist and zipmap, which old RDB files and payloads hold. Bytes that
 * are neither are refused. Pure functions.
 */
final class Ziplist {
    private static final int HEADER_BYTES = 10;
    private static final int LONG_PREVIOUS = 254;
    private static final int END = 255;
    private static final int ZIPMAP_LONG_LENGTH = 254;

    private Ziplist() {}

    /** The elements of a ziplist. */
    static List<byte[]> read(byte[] bytes) throws RdbFormatException {
        check(bytes.length > HEADER_BYTES && number(bytes, 0, 4) == bytes.length);
        List<byte[]> elements = new ArrayList<>();
        int end = bytes.length - 1;
        int at = HEADER_BYTES;
        while (at < end) {
            at += (bytes[at] & 0xff) < LONG_PREVIOUS ? 1 : 5;
            check(at < end);
            at = readElement(bytes, at, end, elements);
        }
        check(at == end && (bytes[end] & 0xff) == END);
        return elements;
    }

    /** Reads an element from its encoding on and returns where the next begins. */
    private static int readElement(byte[] bytes, int at, int end, List<byte[]> elements) throws RdbFormatException {
        int first = bytes[at] & 0xff;
        if (first < 0xc0) {
            int header = first < 0x40 ? 1 : first < 0x80 ? 2 : 5;
            check(header <= end - at);
            long length =
                    switch (header) {
                        case 1 -> first;
                        case 2 -> (first & 0x3f) << 8 | bytes[at + 1] & 0xff;
                        default -> Integer.toUnsignedLong(Integer.reverseBytes((int) number(bytes, at + 1, 4)));
                    };
            check(length <= end - at - header);
            elements.add(Arrays.copyOfRange(bytes, at + header, at + header + (int) length));
            return at + header + (int) length;
        }
        if (first > 0xf0 && first < 0xfe) {
            elements.add(Ascii.decimal(first - 0xf1));
            return at + 1;
        }
        int width =
                switch (first) {
                    case 0xfe -> 1;
                    case 0xc0 -> 2;
                    case 0xf0 -> 3;
                    case 0xd0 -> 4;
                    case 0xe0 -> 8;
                    default -> throw damaged();
                };
        check(width <= end - at - 1);
        int unused = Long.SIZE - 8 * width;
        elements.add(Ascii.decimal(number(bytes, at + 1, width) << unused >> unused));
        return at + 1 + width;
    }

    /** The keys and values of a zipmap in turn. */
    static List<byte[]> readZipmap(byte[] bytes) throws RdbFormatException {
        check(bytes.length > 1 && (bytes[bytes.length - 1] & 0xff) == END);
        List<byte[]> elements = new ArrayList<>();
        int end = bytes.length - 1;
        int at = 1;
        while (at < end) {
            boolean isValue = elements.size() % 2 != 0;
            long length = bytes[at] & 0xff;
            check(length < END);
            at++;
            if (length == ZIPMAP_LONG_LENGTH) {
                check(4 <= end - at);
                length = number(bytes, at, 4);
                at += 4;
            }
            int free = 0;
            if (isValue) {
                check(at < end);
                free = bytes[at++] & 0xff;
            }
            check(length + free <= end - at);
            elements.add(Arrays.copyOfRange(bytes, at, at + (int) length));
            at += (int) length + free;
        }
        return elements;
    }

    private static long number(byte[] bytes, int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[at + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    private static void check(boolean sound) throws RdbFormatException {
        if (!sound) {
            throw damaged();
        }
    }

    private static RdbFormatException damaged() {
        return new RdbFormatException("damaged ziplist or zipmap");
    }
}
