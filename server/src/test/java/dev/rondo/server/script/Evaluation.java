package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Evaluates scripts in one interpreter, and shows their replies as they are on the wire. */
final class Evaluation implements AutoCloseable {
    private final Interpreter interpreter;
    private final ScriptHost host;
    private boolean killed;

    /** Commands are refused. */
    Evaluation() {
        this((command, reply) -> "Unknown Redis command called from script");
    }

    Evaluation(BiFunction<byte[][], ReplyWriter, @Nullable String> commands) {
        try {
            interpreter = Interpreter.openForScripts(64 << 20);
        } catch (ScriptException e) {
            throw new IllegalStateException(e);
        }
        host = new ScriptHost() {
            @Override
            public @Nullable String call(byte[][] command, ReplyWriter reply) {
                return commands.apply(command, reply);
            }

            @Override
            public Boolean mayRun(byte[][] command) {
                return true;
            }

            @Override
            public boolean isKilled() {
                return killed;
            }
        };
    }

    /** The next look at it ends the script. */
    void kill() {
        killed = true;
    }

    void revive() {
        killed = false;
    }

    long memoryBytes() {
        return interpreter.memoryBytes();
    }

    /** The reply, with "|" for the end of a line. */
    String eval(String body, String... arguments) {
        ReplyWriter reply = new ReplyWriter();
        byte[][] all = new byte[3 + arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            all[3 + i] = Ascii.bytes(arguments[i]);
        }
        try {
            Script script = Script.of(Ascii.bytes(body));
            int compiled = interpreter.compile(script);
            interpreter.run(compiled, "sha", all, 0, host, reply);
            interpreter.forget(compiled);
        } catch (ScriptException e) {
            reply.error("ERR " + e.getMessage());
        }
        return Ascii.string(reply.toByteArray()).replace("\r\n", "|");
    }

    @Override
    public void close() {
        interpreter.close();
    }
}
