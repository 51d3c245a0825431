package dev.rondo.server.net;

/**
 * The client-output-buffer-limit of one class of clients: more than {@code hardBytes} unread, or more than
 * {@code softBytes} for {@code softSeconds}, closes the connection. 0 means no limit.
 */
public record OutputLimit(long hardBytes, long softBytes, int softSeconds) {
    public static final OutputLimit NONE = new OutputLimit(0, 0, 0);

    boolean isNone() {
        return hardBytes == 0 && softBytes == 0;
    }

    boolean isOverHard(long pendingBytes) {
        return hardBytes > 0 && pendingBytes > hardBytes;
    }

    boolean isOverSoft(long pendingBytes) {
        return softBytes > 0 && pendingBytes > softBytes;
    }

    boolean isOver(long pendingBytes, long overSoftForNs) {
        return isOverHard(pendingBytes) || isOverSoft(pendingBytes) && overSoftForNs > softSeconds * 1_000_000_000L;
    }
}
