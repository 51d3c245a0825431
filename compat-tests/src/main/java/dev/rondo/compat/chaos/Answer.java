package dev.rondo.compat.chaos;

import dev.rondo.compat.wire.Reply;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request.
 *
 * @param reply the reply of an acknowledged request
 * @param node the node that was asked last, -1 when none was
 * @param trouble why it was not acknowledged, in one or two words; empty when it was
 */
record Answer(Op.Status status, @Nullable Reply reply, int node, String trouble) {
    boolean isAcknowledged() {
        return status == Op.Status.ACKNOWLEDGED;
    }

    /** The reply of a request that was acknowledged. */
    Reply acknowledged() {
        if (reply == null) {
            throw new IllegalStateException("no reply: " + trouble);
        }
        return reply;
    }
}
