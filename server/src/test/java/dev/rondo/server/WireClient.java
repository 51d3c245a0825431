package dev.rondo.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The least client that speaks RESP2 and RESP3 to a node. Replies become: status and bulk strings {@link String}
 * (Latin-1), integers {@link Long}, aggregates {@link List} and {@link Map}, errors {@link Err}, pushes {@link Push}.
 */
public final class WireClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    /** An error reply. */
    public record Err(String text) {}

    /** An out-of-band message of RESP3. */
    public record Push(List<Object> parts) {}

    private final Socket socket = new Socket();
    private final InputStream in;

    /** A client of whatever listens on the port of this machine. */
    public static WireClient to(int port) {
        return new WireClient(port);
    }

    WireClient(int port) {
        try {
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request and returns the next reply. */
    public @Nullable Object call(String... words) {
        send(words);
        return read();
    }

    public void send(String... words) {
        sendRaw(request(words));
    }

    /** The bytes of a request. */
    public static byte[] request(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin1("*" + words.length + "\r\n"));
        for (String word : words) {
            out.writeBytes(latin1("$" + word.length() + "\r\n" + word + "\r\n"));
        }
        return out.toByteArray();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public void sendRaw(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the sending direction. */
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next reply; waits for it. */
    public @Nullable Object read() {
        try {
            return readReply();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing arrives within a time. */
    public boolean isSilentFor(int ms) {
        try {
            socket.setSoTimeout(ms);
            in.mark(1);
            int next = in.read();
            in.reset();
            return next < 0;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            resetTimeout();
        }
    }

    private void resetTimeout() {
        try {
            socket.setSoTimeout(TIMEOUT_MS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what is left and tells whether the server closed the connection. */
    public boolean isClosedByServer() {
        try {
            while (in.read() >= 0) {
                // whatever was sent before
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }

    /** The address the server sees. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private @Nullable Object readReply() throws IOException {
        int type = in.read();
        String line = line();
        return switch (type) {
            case '+' -> line;
            case '-' -> new Err(line);
            case ':' -> Long.valueOf(line);
            case '$' -> line.equals("-1") ? null : bulk(Integer.parseInt(line));
            case '=' -> bulk(Integer.parseInt(line)).substring(4);
            case '*', '~' -> line.equals("-1") ? null : list(Integer.parseInt(line));
            case '>' -> new Push(list(Integer.parseInt(line)));
            case '%' -> map(Integer.parseInt(line));
            case '_' -> null;
            case '#' -> line.equals("t");
            case ',' -> Double.valueOf(line);
            case -1 -> throw new EOFException("closed by the server");
            default -> throw new IOException("no reply starts with " + (char) type);
        };
    }

    private List<Object> list(int size) throws IOException {
        List<Object> result = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            result.add(readReply());
        }
        return result;
    }

    private Map<Object, Object> map(int pairs) throws IOException {
        Map<Object, Object> result = new LinkedHashMap<>();
        for (int i = 0; i < pairs; i++) {
            Object key = readReply();
            result.put(key, readReply());
        }
        return result;
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        line();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
