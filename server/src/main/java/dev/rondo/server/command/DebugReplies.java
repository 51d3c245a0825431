package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;

/** DEBUG PROTOCOL: a reply of each type that RESP3 has, or of what stands for it in RESP2, for tests of clients. */
final class DebugReplies {
    private static final String BIG_NUMBER = "1234567999999999999999999999999999999";

    private DebugReplies() {}

    static void write(String type, ReplyWriter reply) {
        boolean resp3 = reply.isResp3();
        switch (type) {
            case "string" -> reply.bulk("Hello World");
            case "integer" -> reply.integer(12345);
            case "double" -> reply.doubleText("3.141");
            case "null" -> reply.nullBulk();
            case "array" -> {
                reply.array(3);
                numbers(reply);
            }
            case "set" -> {
                reply.set(3);
                numbers(reply);
            }
            case "map" -> {
                reply.map(3);
                for (int i = 0; i < 3; i++) {
                    reply.integer(i);
                    reply.bool(i == 1);
                }
            }
            case "attrib" -> {
                if (resp3) {
                    reply.raw(Ascii.bytes("|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n"));
                }
                reply.bulk("Some real reply following the attribute");
            }
            case "push" -> push(reply, resp3);
            case "verbatim" -> reply.verbatim("txt", Ascii.bytes("This is a verbatim\nstring"));
            case "true" -> reply.bool(true);
            case "false" -> reply.bool(false);
            case "bignum" -> {
                if (resp3) {
                    reply.raw(Ascii.bytes("(" + BIG_NUMBER + "\r\n"));
                } else {
                    reply.bulk(BIG_NUMBER);
                }
            }
            default ->
                throw new CommandException("ERR Wrong protocol type name. Please use one of the following: "
                        + "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
        }
    }

    private static void numbers(ReplyWriter reply) {
        for (int i = 0; i < 3; i++) {
            reply.integer(i);
        }
    }

    private static void push(ReplyWriter reply, boolean resp3) {
        if (!resp3) {
            throw new CommandException("ERR RESP2 is not supported by this command");
        }
        reply.push(2);
        reply.bulk("server-cpu-usage");
        reply.integer(42);
        reply.bulk("Some real reply following the push reply");
    }
}
