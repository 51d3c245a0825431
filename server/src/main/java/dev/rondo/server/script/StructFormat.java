package dev.rondo.server.script;

/** Goes through the format of a structure: its options, their sizes and where they are aligned. */
final class StructFormat {
    private static final int MOST_INTEGER_BYTES = 32;
    private static final int MOST_ALIGNMENT = 8;

    private final LuaStack stack;
    private final byte[] text;
    private int at;
    private boolean bigEndian;
    private int alignment = 1;
    private char option;
    private int size;
    private int padding;

    StructFormat(LuaStack stack, byte[] text) {
        this.stack = stack;
        this.text = text;
    }

    /** Goes to the next option, in front of which {@code position} bytes stand; false at the end. */
    boolean next(long position) {
        if (peek() == 0) {
            return false;
        }
        option = (char) (text[at++] & 0xff);
        size = readSize();
        padding = padding(position);
        return true;
    }

    char option() {
        return option;
    }

    boolean isAlphanumeric() {
        return option < 0x80 && Character.isLetterOrDigit(option);
    }

    int size() {
        return size;
    }

    /** The bytes to leave out in front of it. */
    int padding() {
        return padding;
    }

    boolean isBigEndian() {
        return bigEndian;
    }

    private int peek() {
        return at < text.length ? text[at] : 0;
    }

    private int readSize() {
        return switch (option) {
            case 'B', 'b', 'x' -> 1;
            case 'H', 'h' -> Short.BYTES;
            case 'L', 'l', 'T' -> Long.BYTES;
            case 'f' -> Float.BYTES;
            case 'd' -> Double.BYTES;
            case 'c' -> number(1);
            case 'i', 'I' -> {
                int bytes = number(Integer.BYTES);
                if (bytes > MOST_INTEGER_BYTES) {
                    throw LuaError.placed("integral size " + bytes + " is larger than limit of " + MOST_INTEGER_BYTES);
                }
                yield bytes;
            }
            default -> 0;
        };
    }

    private int number(int otherwise) {
        if (!isDigit(peek())) {
            return otherwise;
        }
        long number = 0;
        while (isDigit(peek())) {
            number = number * 10 + text[at++] - '0';
            if (number > Integer.MAX_VALUE) {
                throw LuaError.placed("integral size overflow");
            }
        }
        return (int) number;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private int padding(long position) {
        if (size == 0 || option == 'c') {
            return 0;
        }
        int unit = Math.min(size, alignment);
        return (int) (unit - (position & unit - 1)) & unit - 1;
    }

    /** An option that sets how the others are read. */
    void control() {
        switch (option) {
            case ' ' -> {}
            case '>' -> bigEndian = true;
            case '<' -> bigEndian = false;
            case '!' -> {
                int bytes = number(MOST_ALIGNMENT);
                if (Integer.bitCount(bytes) != 1) {
                    throw LuaError.placed("alignment " + bytes + " is not a power of 2");
                }
                alignment = bytes;
            }
            default -> throw stack.badArgument(1, "invalid format option '" + option + "'");
        }
    }
}
