package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Passwords are kept as SHA-256 in lower-case hexadecimal digits only, and compared in constant time. */
final class Passwords {
    private static final int HASH_DIGITS = 64;

    private Passwords() {}

    static String hash(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether the text could be a hash. */
    static boolean isHash(String text) {
        return text.length() == HASH_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    static boolean matches(byte[] password, List<String> hashes) {
        byte[] hash = Ascii.bytes(hash(password));
        for (String each : hashes) {
            if (MessageDigest.isEqual(hash, Ascii.bytes(each))) {
                return true;
            }
        }
        return false;
    }
}
