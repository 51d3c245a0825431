package dev.rondo.compat.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A blocking connection to a RESP server that adds and hides nothing: it sends any command or any raw bytes and returns
 * every reply, push messages included, in the order of the wire. Strings are binary-safe: one char per byte. Not for
 * sharing between threads. A reply that does not come within the timeout is an {@link UncheckedIOException}.
 */
public final class RespConnection implements Closeable {
    private static final int DEFAULT_TIMEOUT_MS = 10_000;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream(BUFFER_BYTES);
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;

    private RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Connects to a port of loopback. */
    public static RespConnection to(int port) {
        return to(port, DEFAULT_TIMEOUT_MS);
    }

    public static RespConnection to(int port, int timeoutMs) {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMs);
    }

    public static RespConnection to(InetSocketAddress address, int timeoutMs) {
        Socket socket = new Socket();
        try {
            socket.connect(address, timeoutMs);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMs);
            return new RespConnection(socket);
        } catch (IOException e) {
            closeQuietly(socket, e);
            throw new UncheckedIOException("connect to " + address + ": " + e.getMessage(), e);
        }
    }

    /** Speaks over a connection that is open already, from either end of it. */
    public static RespConnection over(Socket socket) {
        try {
            socket.setTcpNoDelay(true);
            return new RespConnection(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one command and returns the next reply. */
    public Reply command(String... args) {
        queue(List.of(args));
        flush();
        return read();
    }

    public Reply command(byte[]... args) {
        List<String> texts = new ArrayList<>();
        for (byte[] arg : args) {
            texts.add(new String(arg, ISO_8859_1));
        }
        queue(texts);
        flush();
        return read();
    }

    /** Puts a command behind those not yet sent; {@link #flush} sends them in one write. */
    public void queue(List<String> args) {
        putAscii("*" + args.size() + "\r\n");
        for (String arg : args) {
            putAscii("$" + arg.length() + "\r\n");
            unsent.writeBytes(arg.getBytes(ISO_8859_1));
            putAscii("\r\n");
        }
    }

    public void flush() {
        try {
            unsent.writeTo(out);
            unsent.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes as they are, valid protocol or not. */
    public void sendRaw(String bytes) {
        sendRaw(bytes.getBytes(ISO_8859_1));
    }

    public void sendRaw(byte[] bytes) {
        flush();
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next reply, whatever it is. */
    public Reply read() {
        try {
            return parse();
        } catch (IOException e) {
            throw new UncheckedIOException(e.toString(), e);
        }
    }

    /** Whether anything comes within this time; the end of the connection counts as something. */
    public boolean hasMore(int withinMs) {
        if (position < limit) {
            return true;
        }
        try {
            int usualTimeoutMs = socket.getSoTimeout();
            socket.setSoTimeout(withinMs);
            try {
                limit = Math.max(0, in.read(buffer));
                position = 0;
                return true;
            } catch (SocketTimeoutException nothing) {
                return false;
            } finally {
                socket.setSoTimeout(usualTimeoutMs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the server closes the connection, within the timeout, without sending anything more. */
    public boolean isClosedByServer() {
        try {
            return position == limit && in.read() < 0;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }

    public void timeoutMs(int timeoutMs) {
        try {
            socket.setSoTimeout(timeoutMs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes with a reset, which leaves no TIME_WAIT behind and looks to the server like a client that died. */
    @Override
    public void close() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void putAscii(String text) {
        unsent.writeBytes(text.getBytes(ISO_8859_1));
    }

    private Reply parse() throws IOException {
        Reply.Type type = Reply.Type.of(nextByte());
        String line = line();
        if (type.isAggregate()) {
            return aggregate(type, Integer.parseInt(line));
        }
        return switch (type) {
            case BULK, BLOB_ERROR, VERBATIM -> Reply.of(type, line.equals("-1") ? null : blob(Integer.parseInt(line)));
            default -> Reply.of(type, line);
        };
    }

    private Reply aggregate(Reply.Type type, int length) throws IOException {
        if (length < 0) {
            return Reply.of(type, (String) null);
        }
        int count = type == Reply.Type.MAP || type == Reply.Type.ATTRIBUTE ? 2 * length : length;
        List<Reply> items = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            items.add(parse());
        }
        return Reply.of(type, items);
    }

    private String blob(int length) throws IOException {
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            fillIfEmpty();
            int chunk = Math.min(length - done, limit - position);
            System.arraycopy(buffer, position, bytes, done, chunk);
            position += chunk;
            done += chunk;
        }
        if (nextByte() != '\r' || nextByte() != '\n') {
            throw new IOException("a blob of " + length + " bytes does not end in CRLF");
        }
        return new String(bytes, ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = nextByte(); b != '\r'; b = nextByte()) {
            line.append((char) b);
        }
        if (nextByte() != '\n') {
            throw new IOException("CR without LF after: " + Escaped.plain(line.toString()));
        }
        return line.toString();
    }

    private int nextByte() throws IOException {
        fillIfEmpty();
        return buffer[position++] & 0xff;
    }

    private void fillIfEmpty() throws IOException {
        if (position < limit) {
            return;
        }
        limit = in.read(buffer);
        position = 0;
        if (limit <= 0) {
            limit = 0;
            throw new EOFException("the server closed the connection");
        }
    }

    private static void closeQuietly(Socket socket, IOException cause) {
        try {
            socket.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
