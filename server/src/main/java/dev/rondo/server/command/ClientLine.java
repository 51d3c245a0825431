package dev.rondo.server.command;

import dev.rondo.server.net.Connection;

/** One client as a line of CLIENT LIST. */
final class ClientLine {
    /** What an idle connection costs: its objects here and in Netty, without buffers (measured, rounded). */
    private static final int CONNECTION_BYTES = 2048;

    private ClientLine() {}

    /** The fields of Redis 7.2, in its order. What Rondo shares between clients (reply buffers) counts as 0. */
    static String of(Client client, long nowMs) {
        Connection connection = client.connection();
        Transaction transaction = client.transaction();
        CommandSpec last = client.lastCommand();
        long outputBytes = connection.pendingOutputBytes();
        long inputBytes = connection.pendingInputBytes();
        long totalBytes = CONNECTION_BYTES + outputBytes + inputBytes + transaction.queuedBytes();
        return "id=" + client.id()
                + " addr=" + connection.remoteAddress()
                + " laddr=" + connection.localAddress()
                + " fd=" + connection.fileDescriptor()
                + " name=" + client.name()
                + " age=" + seconds(nowMs - client.connectedAtMs())
                + " idle=" + seconds(nowMs - client.lastRequestMs())
                + " flags=" + flags(client)
                + " db=" + client.database()
                + " sub=" + client.channels()
                + " psub=" + client.patterns()
                + " ssub=" + client.shardChannels()
                + " multi=" + client.queuedCommands()
                + " qbuf=" + inputBytes
                + " qbuf-free=0 argv-mem=0 multi-mem=" + transaction.queuedBytes()
                + " rbs=0 rbp=0 obl=0 oll=" + connection.pendingOutputPieces()
                + " omem=" + outputBytes
                + " tot-mem=" + totalBytes
                + " events=" + (connection.isReading() ? "r" : "") + (outputBytes > 0 ? "w" : "")
                + " cmd=" + (last == null ? "NULL" : last.fullName())
                + " user=" + client.account().name()
                + " redir=" + redirect(client)
                + " resp=" + client.protocol()
                + " lib-name=" + client.libraryName()
                + " lib-ver=" + client.libraryVersion();
    }

    private static long seconds(long ms) {
        return Math.max(0, ms / 1000);
    }

    private static long redirect(Client client) {
        ClientTracking tracking = client.tracking();
        TrackingOptions options = tracking == null ? null : tracking.options();
        return options == null ? -1 : options.redirect();
    }

    private static String flags(Client client) {
        StringBuilder flags = new StringBuilder();
        flag(flags, client.isMonitor(), 'O');
        flag(flags, client.isSubscribed(), 'P');
        flag(flags, client.isInTransaction(), 'x');
        flag(flags, client.isBlocked(), 'b');
        ClientTracking tracking = client.tracking();
        TrackingOptions options = tracking == null ? null : tracking.options();
        if (tracking != null && options != null) {
            flags.append('t');
            flag(flags, tracking.isRedirectionBroken(), 'R');
            flag(flags, options.broadcast(), 'B');
        }
        flag(flags, client.transaction().isMarkedTouched(), 'd');
        flag(flags, client.isReadOnly(), 'r');
        flag(flags, client.isNoEvict(), 'e');
        flag(flags, client.isNoTouch(), 'T');
        return flags.isEmpty() ? "N" : flags.toString();
    }

    private static void flag(StringBuilder flags, boolean set, char letter) {
        if (set) {
            flags.append(letter);
        }
    }
}
