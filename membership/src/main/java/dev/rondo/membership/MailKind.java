package dev.rondo.membership;

import org.jspecify.annotations.Nullable;

/** The kinds of messages on the bus; the first byte of each message. */
enum MailKind {
    /** Coordinator to member: report. Body: round, epoch of the newest table the coordinator knows. */
    REPORT_REQUEST(1),
    /** Member to coordinator. Body: round answered, number of the report, {@link SlotReport}. */
    REPORT(2),
    /** Coordinator to member. Body: {@link SlotTable}. */
    TABLE(3),
    /** Coordinator to a member it does not accept. Body: the sentence. */
    REFUSED(4),
    /** A message of the server's own. */
    APPLICATION(5),
    /** Member to member, on an operator's word: hand everything over and leave. No body. */
    LEAVE(6),
    /** A node in doubt to another: am I in your view? Body: when it asks, epoch of its newest table. */
    STANDING_QUESTION(7),
    /** The answer, or the unasked news to a node that has dropped out of the view. Body: {@link Mail.Standing}. */
    STANDING(8);

    private static final MailKind[] KINDS = values();

    private final byte code;

    MailKind(int code) {
        this.code = (byte) code;
    }

    /** Whether it also goes to and from nodes outside the view: unreliably, for nothing else works there. */
    boolean isForOutsiders() {
        return this == STANDING_QUESTION || this == STANDING;
    }

    byte code() {
        return code;
    }

    static @Nullable MailKind of(byte code) {
        return code >= 1 && code <= KINDS.length ? KINDS[code - 1] : null;
    }
}
