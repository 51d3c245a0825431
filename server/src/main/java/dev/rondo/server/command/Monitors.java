package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The clients in MONITOR mode, who see every command that this node runs. Thread-safe; it never blocks: lines queue at
 * the connections, bounded by their output limits.
 */
final class Monitors {
    private static final long MICROS_PER_S = 1_000_000;

    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private volatile boolean present;

    /** Whether anybody watches: all that a command costs when nobody does. */
    boolean isPresent() {
        return present;
    }

    synchronized void add(Client client) {
        clients.add(client);
        present = true;
    }

    synchronized void remove(Client client) {
        clients.remove(client);
        present = !clients.isEmpty();
    }

    /**
     * Shows a command.
     *
     * @param origin the address of who sent it, or "lua"
     */
    void show(long micros, int database, String origin, byte[][] arguments) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes(Ascii.bytes(String.format(
                Locale.ROOT, "+%d.%06d [%d %s]", micros / MICROS_PER_S, micros % MICROS_PER_S, database, origin)));
        for (byte[] argument : arguments) {
            line.write(' ');
            quote(line, argument);
        }
        line.writeBytes(Ascii.bytes("\r\n"));
        byte[] bytes = line.toByteArray();
        for (Client client : clients) {
            client.push(bytes, client::isMonitor);
        }
    }

    private static void quote(ByteArrayOutputStream line, byte[] text) {
        line.write('"');
        for (byte b : text) {
            switch (b) {
                case '\\', '"' -> {
                    line.write('\\');
                    line.write(b);
                }
                case '\n' -> line.writeBytes(Ascii.bytes("\\n"));
                case '\r' -> line.writeBytes(Ascii.bytes("\\r"));
                case '\t' -> line.writeBytes(Ascii.bytes("\\t"));
                case 7 -> line.writeBytes(Ascii.bytes("\\a"));
                case '\b' -> line.writeBytes(Ascii.bytes("\\b"));
                default -> {
                    if (b >= ' ' && b <= '~') {
                        line.write(b);
                    } else {
                        line.writeBytes(Ascii.bytes(String.format(Locale.ROOT, "\\x%02x", b)));
                    }
                }
            }
        }
        line.write('"');
    }
}
