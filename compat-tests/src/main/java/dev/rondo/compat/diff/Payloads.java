package dev.rondo.compat.diff;

/** Payloads for RESTORE: good ones in every encoding of strings, hashes and sets, and such as must be refused. */
final class Payloads {
    /** 40 times 'a' in LZF: one literal byte, then one back reference of 39 bytes. */
    private static final String LZF_OF_40_A = "\0\u00c3\u0005(\0a\u00e0\u001e\0";

    private static final String HASH_OF_PAIRS = "\4\2\1a\u00c0\1\1b\u00c0\2";
    private static final String HASH_ZIPMAP = "\11\17\2\1a\1\0011x\2bb\2\00022\u00ff";
    private static final String HASH_ZIPLIST = "\15\30\30\0\0\0\25\0\0\0\4\0\0\1a\3\u00c0\u00e8\3\4\2bb\4\u00f4\u00ff";
    private static final String HASH_LISTPACK = "\20\14\14\0\0\0\2\0\u0081a\2\14\1\u00ff";
    private static final String SET_OF_MEMBERS = "\2\3\1b\1a\u00c0\14";
    private static final String SET_OF_INTEGERS = "\13\14\2\0\0\0\2\0\0\0\5\0\6\0";

    private Payloads() {}

    /** Longer than a value of the compact form may be. */
    private static String longString(Draw draw) {
        int length = draw.between(60, 70);
        return length < 64 ? (char) length + "v".repeat(length) : "@" + (char) length + "v".repeat(length);
    }

    static String draw(Draw draw) {
        int version = draw.oneOf(DumpPayload.COMMON_VERSION, DumpPayload.COMMON_VERSION, 9, 7);
        return switch (draw.below(24)) {
            case 14 -> DumpPayload.of(HASH_OF_PAIRS, version);
            case 15 -> DumpPayload.of(HASH_ZIPMAP, version);
            case 16 -> DumpPayload.of(HASH_ZIPLIST, version);
            case 17, 18 -> DumpPayload.of(HASH_LISTPACK, DumpPayload.COMMON_VERSION);
            case 19 -> DumpPayload.of(SET_OF_MEMBERS, version);
            case 20, 21 -> DumpPayload.of(SET_OF_INTEGERS, version);
            case 22 -> DumpPayload.of(draw.oneOf("\4\0", "\2\0", "\4\2\1a", "c\1a"), version);
            case 23 -> DumpPayload.of("\4\1\1a" + longString(draw), version);
            case 0, 1, 2 -> DumpPayload.ofString(draw.oneOf("hello", "", "restored value", "\0\u00ff"));
            case 3 -> DumpPayload.of("\0\u00c0" + draw.bytes(1), version);
            case 4 -> DumpPayload.of("\0\u00c1" + draw.bytes(2), version);
            case 5 -> DumpPayload.of("\0\u00c2" + draw.bytes(4), version);
            case 6 -> DumpPayload.of(LZF_OF_40_A, version);
            case 7 -> DumpPayload.of("\0@P" + "b".repeat(80), version);
            case 8 -> DumpPayload.of("\0\u0080\0\0\0\u0003xyz", version);
            case 9 -> DumpPayload.ofString("flipped") + "x";
            case 10 -> DumpPayload.ofString("hello").replace("hello", "hellp");
            case 11 -> DumpPayload.of("\0\u0005hello", draw.oneOf(99, 4000));
            case 12 -> draw.bytes(draw.below(24));
            default -> DumpPayload.of("\0(short", version);
        };
    }
}
