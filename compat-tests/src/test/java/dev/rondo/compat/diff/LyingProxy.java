package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/**
 * A broken server: passes every command on to a real one and its reply back, except that it answers some commands by
 * itself or bends their replies. Each connection has a thread of its own; closing the proxy ends them.
 */
final class LyingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final Lie lie;

    /** Says what the broken server answers to a command. */
    @FunctionalInterface
    interface Lie {
        Reply answer(List<String> command, RespConnection server);
    }

    LyingProxy(int serverPort, Lie lie) throws IOException {
        this.serverPort = serverPort;
        this.lie = lie;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (RespConnection client = RespConnection.over(socket);
                RespConnection server = RespConnection.to(serverPort)) {
            while (true) {
                List<String> command = client.read().asTexts();
                client.sendRaw(encoded(lie.answer(command, server)));
            }
        } catch (UncheckedIOException clientLeft) {
            // the client closed its connection, and this thread ends with it
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "lying-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static String encoded(Reply reply) {
        if (reply.type() == Reply.Type.NULL) {
            return "_\r\n";
        }
        if (reply.items() != null) {
            StringBuilder out = new StringBuilder(marker(reply) + reply.asList().size() + "\r\n");
            reply.asList().forEach(item -> out.append(encoded(item)));
            return out.toString();
        }
        if (reply.isNil()) {
            return marker(reply) + "-1\r\n";
        }
        return reply.type() == Reply.Type.BULK
                ? "$" + reply.asText().length() + "\r\n" + reply.asText() + "\r\n"
                : marker(reply) + reply.asText() + "\r\n";
    }

    private static String marker(Reply reply) {
        return switch (reply.type()) {
            case STATUS -> "+";
            case ERROR -> "-";
            case INTEGER -> ":";
            case BULK -> "$";
            case ARRAY -> "*";
            default -> throw new IllegalStateException("not expected in these tests: " + reply);
        };
    }
}
