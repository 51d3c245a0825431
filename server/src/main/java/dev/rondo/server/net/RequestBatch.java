package dev.rondo.server.net;

import dev.rondo.server.resp.ProtocolException;
import dev.rondo.server.resp.RequestDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Whole requests that were received together, cut out of the input before the first of them is answered, so that the
 * handler can look ahead. Answering may stop behind any of them; what comes behind is then as if it had not been
 * decoded. Reused; confined to one event loop.
 */
final class RequestBatch {
    /** As many cache misses as a core has under way at once need no more, and few are decoded in vain. */
    static final int MOST_REQUESTS = 32;

    private final byte[][] @Nullable [] requests = new byte[MOST_REQUESTS][][];
    private final int[] ends = new int[MOST_REQUESTS];
    private int size;
    private @Nullable ProtocolException failure;

    /**
     * Takes the next requests.
     *
     * @return false when there is no whole one
     * @throws ProtocolException when the next bytes can't be a request
     */
    boolean fill(RequestDecoder decoder, byte[] input, int limit) throws ProtocolException {
        size = 0;
        failure = null;
        // How much a client may send depends on whether it has authenticated: it may be about to.
        int most = decoder.isAuthenticated() ? MOST_REQUESTS : 1;
        try {
            while (size < most) {
                byte[][] request = decoder.next(input, limit);
                if (request == null) {
                    break;
                }
                requests[size] = request;
                ends[size++] = decoder.position();
            }
        } catch (ProtocolException e) {
            if (size == 0) {
                throw e;
            }
            failure = e; // when its turn comes
        }
        return size > 0;
    }

    int size() {
        return size;
    }

    /** The requests, of which {@link #size} are there. */
    byte[][] @Nullable [] requests() {
        return requests;
    }

    /** Gives a request away. */
    byte[][] take(int index) {
        byte[][] request = requests[index];
        requests[index] = null;
        return request;
    }

    /** No request behind that of {@code index} is answered now: the decoder goes on there when they are. */
    void stopBehind(int index, RequestDecoder decoder) {
        if (index + 1 < size || failure != null) {
            decoder.rewind(ends[index]);
        }
        for (int i = index + 1; i < size; i++) {
            requests[i] = null;
        }
    }

    /** To be called once all are answered: what follows may be no request. */
    void rethrow() throws ProtocolException {
        if (failure != null) {
            throw failure;
        }
    }
}
