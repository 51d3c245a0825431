package dev.rondo.server.net;

import dev.rondo.server.resp.ReplyWriter;

/** What the connections of one event loop share; confined to that loop's thread. */
final class Worker {
    final RequestHandler handler;
    final ReplyWriter reply = new ReplyWriter(64 * 1024);
    final RequestBatch batch = new RequestBatch();
    private byte[] input = new byte[64 * 1024];

    Worker(RequestHandler handler) {
        this.handler = handler;
    }

    /** A scratch array of at least {@code bytes} bytes. */
    byte[] input(int bytes) {
        if (input.length < bytes) {
            input = new byte[bytes];
        }
        return input;
    }
}
