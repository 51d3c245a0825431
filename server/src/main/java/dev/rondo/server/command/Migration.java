package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.net.RespClient;
import dev.rondo.server.resp.Ascii;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one MIGRATE that talks to the target: sends the keys as they were when the command came, and remembers
 * which of them the target has taken. It locks nothing. {@link #run} is for a thread that may wait; the outcome is
 * there for whoever learns of its end.
 */
final class Migration {
    private static final Logger log = LoggerFactory.getLogger(Migration.class);
    private static final byte[] AUTH = Ascii.bytes("AUTH");
    private static final byte[] SELECT = Ascii.bytes("SELECT");
    private static final byte[] RESTORE = Ascii.bytes("RESTORE");
    private static final byte[] RESTORE_ASKING = Ascii.bytes("RESTORE-ASKING");
    private static final byte[] REPLACE = Ascii.bytes("REPLACE");
    /** What is sent ahead of the target's replies: so many keys, and bytes of values before the last of them. */
    private static final int MOST_UNDER_WAY = 64;

    private static final long MOST_BYTES_UNDER_WAY = 4 << 20;

    /**
     * A key at the time when it was taken down, by which it can be told whether it was written to since.
     *
     * @param entry that held it
     * @param expireAtMs Unix time in milliseconds, or {@link Entry#NO_EXPIRY}
     */
    record Origin(Entry entry, long version, long expireAtMs) {
        byte[] key() {
            return entry.key();
        }
    }

    /** A key to send, and its value in the form of DUMP. */
    record Item(Origin origin, byte[] payload) {}

    private record Sent(Item item, CompletableFuture<Object> reply) {}

    private final byte[][] arguments;
    private final MigrateOptions options;
    private List<Item> items;
    private final byte[] restore;
    private final Clock clock;
    private final List<Origin> taken = new ArrayList<>();
    private @Nullable String error;

    /** Of the MIGRATE with these arguments, on a node of a cluster or a plain server. */
    Migration(byte[][] arguments, MigrateOptions options, List<Item> items, boolean cluster, Clock clock) {
        this.arguments = arguments;
        this.options = options;
        this.items = items;
        this.restore = cluster ? RESTORE_ASKING : RESTORE;
        this.clock = clock;
    }

    /** Whether this belongs to the very request. */
    boolean isOf(byte[][] requestArguments) {
        return arguments == requestArguments;
    }

    MigrateOptions options() {
        return options;
    }

    /** The keys that the target has now. */
    List<Origin> taken() {
        return taken;
    }

    /** What went wrong, as an error reply; null when nothing did. */
    @Nullable String error() {
        return error;
    }

    /** Sends the keys; throws nothing. */
    void run() {
        try (RespClient target = RespClient.connect(options.host(), options.port(), options.timeoutMs())) {
            try {
                logIn(target);
                sendAll(target);
            } catch (RespClient.ReplyException e) {
                refused(e);
            } catch (IOException e) {
                failed("reading to target instance", e);
            }
        } catch (ConnectException e) { // Redis learns that nobody listens when it writes
            failed("writing to target instance", e);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            failed("connecting to the client", e);
        }
        items = List.of(); // what is left may be kept for a while
    }

    private void refused(RespClient.ReplyException e) {
        if (error == null) {
            error = "ERR Target instance replied with error: " + e.getMessage();
        }
    }

    private void failed(String what, Throwable e) {
        log.debug("MIGRATE to {}:{} failed", options.host(), options.port(), e);
        if (error == null) {
            error = "IOERR error or timeout " + what;
        }
    }

    private void logIn(RespClient target) throws IOException {
        byte[] username = options.username();
        byte[] password = options.password();
        if (username != null && password != null) {
            target.await(target.send(AUTH, username, password));
        } else if (password != null) {
            target.await(target.send(AUTH, password));
        }
        target.await(target.send(SELECT, Ascii.decimal(options.database())));
    }

    private void sendAll(RespClient target) throws IOException {
        Deque<Sent> underWay = new ArrayDeque<>();
        long bytes = 0;
        for (Item item : items) {
            byte[] ttl = ttl(item.origin.expireAtMs);
            if (ttl == null) {
                continue;
            }
            underWay.add(new Sent(item, send(target, item, ttl)));
            bytes += item.payload.length;
            while (underWay.size() > MOST_UNDER_WAY || bytes > MOST_BYTES_UNDER_WAY && !underWay.isEmpty()) {
                bytes -= settle(target, underWay.remove());
            }
        }
        while (!underWay.isEmpty()) {
            settle(target, underWay.remove());
        }
    }

    /** The milliseconds that the key has left, 0 where it has for ever, null where its time is over. */
    private byte @Nullable [] ttl(long expireAtMs) {
        if (expireAtMs == Entry.NO_EXPIRY) {
            return Ascii.decimal(0);
        }
        long leftMs = expireAtMs - clock.nowMs();
        return leftMs < 0 ? null : Ascii.decimal(Math.max(1, leftMs));
    }

    private CompletableFuture<Object> send(RespClient target, Item item, byte[] ttl) {
        byte[] key = item.origin.key();
        return options.replace()
                ? target.send(restore, key, ttl, item.payload, REPLACE)
                : target.send(restore, key, ttl, item.payload);
    }

    private long settle(RespClient target, Sent sent) throws IOException {
        try {
            target.await(sent.reply);
            taken.add(sent.item.origin);
        } catch (RespClient.ReplyException e) {
            refused(e);
        }
        return sent.item.payload.length;
    }
}
