package dev.rondo.server.net;

import java.util.List;

/**
 * How a {@link Listener} accepts and serves connections.
 *
 * @param bindAddresses the local addresses to listen on
 * @param port the TCP port
 * @param backlog the length of the kernel's accept queue
 * @param maxClients above this a new connection is refused with an error
 * @param eventLoops the number of threads that serve connections
 * @param maxBulkBytes the longest argument accepted (proto-max-bulk-len)
 * @param maxQueryBytes the largest request accepted (client-query-buffer-limit)
 * @param keepAliveSeconds TCP keep-alive interval, 0 to switch it off
 */
public record ListenerSettings(
        List<String> bindAddresses,
        int port,
        int backlog,
        int maxClients,
        int eventLoops,
        int maxBulkBytes,
        long maxQueryBytes,
        int keepAliveSeconds) {}
