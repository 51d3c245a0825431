package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.Version;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The module redis: what scripts ask of the server. One instance belongs to one interpreter. */
final class RedisLibrary {
    private static final Logger log = LoggerFactory.getLogger("dev.rondo.server.script.log");

    private static final int REPL_AOF = 1;
    private static final int REPL_REPLICA = 2;
    private static final int REPL_ALL = REPL_AOF | REPL_REPLICA;
    private static final String[] LEVELS = {"LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING"};

    private final ReplyWriter reply = new ReplyWriter(1024);
    private @Nullable ScriptHost host; // null while no script runs

    /** A script begins, in RESP2. */
    void begin(ScriptHost newHost) {
        host = newHost;
        reply.resp3(false);
    }

    void end() {
        host = null;
    }

    /** Whether the script has chosen RESP3. */
    boolean isResp3() {
        return reply.isResp3();
    }

    private ScriptHost host() {
        if (host == null) {
            throw new IllegalStateException("no script runs");
        }
        return host;
    }

    /** Pushes the module for scripts that run. */
    void push(LuaStack stack, boolean isEval) {
        stack.newTable(0, 0);
        addLog(stack);
        add(stack, "call", caller -> call(caller, true));
        add(stack, "pcall", caller -> call(caller, false));
        add(stack, "sha1hex", RedisLibrary::sha1);
        add(stack, "error_reply", RedisLibrary::errorReply);
        add(stack, "status_reply", RedisLibrary::statusReply);
        add(stack, "setresp", this::setProtocol);
        add(stack, "set_repl", RedisLibrary::setReplication);
        add(stack, "acl_check_cmd", this::checkPermission);
        constant(stack, "REPL_NONE", 0);
        constant(stack, "REPL_AOF", REPL_AOF);
        constant(stack, "REPL_SLAVE", REPL_REPLICA);
        constant(stack, "REPL_REPLICA", REPL_REPLICA);
        constant(stack, "REPL_ALL", REPL_ALL);
        if (isEval) {
            add(stack, "replicate_commands", caller -> give(caller, true));
            add(stack, "breakpoint", caller -> give(caller, false)); // there is no debugger
            add(stack, "debug", caller -> 0);
        }
    }

    /** Pushes the module for the code of a library while it is loaded. */
    static void pushForLoading(LuaStack stack, LuaFunction registerFunction) {
        stack.newTable(0, 0);
        addLog(stack);
        add(stack, "register_function", registerFunction);
    }

    private static void addLog(LuaStack stack) {
        add(stack, "log", RedisLibrary::log);
        for (int level = 0; level < LEVELS.length; level++) {
            constant(stack, LEVELS[level], level);
        }
        stack.push(Version.REDIS);
        stack.setField("REDIS_VERSION");
        constant(stack, "REDIS_VERSION_NUM", Version.redisNumber());
    }

    private static void add(LuaStack stack, String name, LuaFunction function) {
        stack.push(function);
        stack.setField(name);
    }

    private static void constant(LuaStack stack, String name, int value) {
        stack.push(value);
        stack.setField(name);
    }

    private static int give(LuaStack stack, boolean value) {
        stack.push(value);
        return 1;
    }

    // ---- commands ----

    /** redis.call, which raises the errors of commands, and redis.pcall, which returns them. */
    private int call(LuaStack stack, boolean raises) {
        try {
            return run(stack, command(stack), raises);
        } catch (LuaError e) {
            if (raises) {
                throw e;
            }
            e.push(stack);
            return 1;
        }
    }

    private int run(LuaStack stack, byte[][] command, boolean raises) {
        reply.reset();
        reply.clearError();
        String refusal = host().call(command, reply);
        if (refusal != null) {
            throw LuaError.ofCommand(ScriptReply.withCode(refusal));
        }
        stack.top(0);
        ReplyParser.push(stack, reply);
        return raises && reply.array()[0] == '-' ? -1 : 1;
    }

    private static byte[][] command(LuaStack stack) {
        int count = stack.top();
        if (count == 0) {
            throw LuaError.reply("Please specify at least one argument for this redis lib call");
        }
        byte[][] command = new byte[count][];
        for (int i = 0; i < count; i++) {
            command[i] = switch (stack.type(i + 1)) {
                case LuaStack.STRING -> stack.toBytes(i + 1);
                case LuaStack.NUMBER -> Ascii.bytes(NumberText.argument(stack.toNumber(i + 1)));
                default -> throw LuaError.reply("Lua redis lib command arguments must be strings or integers");
            };
        }
        return command;
    }

    private int checkPermission(LuaStack stack) {
        Boolean allowed = host().mayRun(command(stack));
        if (allowed == null) {
            throw LuaError.reply("Invalid command passed to redis.acl_check_cmd()");
        }
        return give(stack, allowed);
    }

    private int setProtocol(LuaStack stack) {
        if (stack.top() != 1) {
            throw LuaError.reply("redis.setresp() requires one argument.");
        }
        int version = stack.toInt(1);
        if (version != 2 && version != 3) {
            throw LuaError.reply("RESP version must be 2 or 3.");
        }
        reply.resp3(version == 3);
        return 0;
    }

    private static int setReplication(LuaStack stack) {
        if (stack.top() != 1) {
            throw LuaError.reply("redis.set_repl() requires one argument.");
        }
        int flags = stack.toInt(1);
        if ((flags & ~REPL_ALL) != 0) {
            throw LuaError.reply("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        return 0; // every write goes to the replicas here: they would not be copies otherwise
    }

    // ---- values ----

    private static int errorReply(LuaStack stack) {
        if (stack.top() != 1 || stack.type(1) != LuaStack.STRING) {
            return wrongArgument(stack);
        }
        String text = Ascii.cString(stack.toBytes(1));
        pushField(stack, "err", Ascii.bytes(ScriptReply.withCode(text.startsWith("-") ? text : "-" + text)));
        return 1;
    }

    private static int statusReply(LuaStack stack) {
        if (stack.top() != 1 || stack.type(1) != LuaStack.STRING) {
            return wrongArgument(stack);
        }
        pushField(stack, "ok", stack.toBytes(1));
        return 1;
    }

    /** Not raised, but returned, as in Redis. */
    private static int wrongArgument(LuaStack stack) {
        pushField(stack, "err", Ascii.bytes("ERR wrong number or type of arguments"));
        return 1;
    }

    private static void pushField(LuaStack stack, String name, byte[] value) {
        stack.newTable(0, 0);
        stack.push(value);
        stack.setField(name);
    }

    private static int sha1(LuaStack stack) {
        if (stack.top() != 1) {
            throw LuaError.reply("wrong number of arguments");
        }
        byte[] text = stack.isString(1) ? stack.toBytes(1) : new byte[0];
        stack.push(sha1(text));
        return 1;
    }

    /** The digest in hexadecimal digits. */
    static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static int log(LuaStack stack) {
        int count = stack.top();
        if (count < 2) {
            throw LuaError.reply("redis.log() requires two arguments or more.");
        }
        if (!stack.isNumber(1)) {
            throw LuaError.reply("First argument must be a number (log level).");
        }
        int level = stack.toInt(1);
        if (level < 0 || level >= LEVELS.length) {
            throw LuaError.reply("Invalid debug level.");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 2; i <= count; i++) {
            if (stack.isString(i)) {
                text.append(i == 2 ? "" : " ").append(Ascii.string(stack.toBytes(i)));
            }
        }
        log(level, text.toString());
        return 0;
    }

    private static void log(int level, String text) {
        switch (level) {
            case 0 -> log.trace("{}", text);
            case 1 -> log.debug("{}", text);
            case 2 -> log.info("{}", text);
            default -> log.warn("{}", text);
        }
    }
}
