package dev.rondo.membership;

/**
 * The traffic of this node with one other member since both know each other.
 *
 * @param createTimeMs when the link came to be, milliseconds since 1970
 * @param sentBytes bytes of messages handed to the bus for that member
 * @param receivedBytes bytes of messages received from it
 */
public record LinkStats(long createTimeMs, long sentBytes, long receivedBytes) {}
