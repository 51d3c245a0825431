package dev.rondo.server.command;

import java.util.Random;

/** Draws commands on few keys of one hash tag: most succeed, some meet an expired key, some are refused. */
final class RandomCommand {
    private static final String[] FORMS = {
        "SET K V",
        "SET K V PX D",
        "SET K V NX",
        "SET K V XX KEEPTTL",
        "SET K V GET PXAT T",
        "SETNX K V",
        "SETEX K 1 V",
        "PSETEX K D V",
        "GETSET K V",
        "GETDEL K",
        "GETEX K PX D",
        "GETEX K PXAT T",
        "GETEX K PERSIST",
        "APPEND K V",
        "SETRANGE K 3 V",
        "INCR K",
        "DECRBY K 7",
        "INCRBYFLOAT K 0.25",
        "MSET K V K V",
        "MSETNX K V K V",
        "DEL K K",
        "UNLINK K",
        "PEXPIRE K D",
        "PEXPIRE K D GT",
        "PEXPIREAT K T",
        "PERSIST K",
        "RENAME K K",
        "RENAMENX K K",
        "COPY K K",
        "COPY K K REPLACE",
        "SORT K ALPHA STORE K",
        "SORT K BY nosort LIMIT 1 2 STORE K",
        "SORT Z DESC STORE K",
        "GET K",
        "EXISTS K",
        "TTL K",
        "LPUSH K V V",
        "RPUSH K V",
        "RPUSHX K V V",
        "LPOP K",
        "RPOP K 2",
        "LSET K 1 V",
        "LINSERT K AFTER 1 V",
        "LREM K -1 V",
        "LTRIM K 1 -2",
        "LMOVE K K LEFT RIGHT",
        "RPOPLPUSH K K",
        "LMPOP 2 K K RIGHT COUNT 2",
        "BLPOP K K 0",
        "BLMOVE K K RIGHT LEFT 0",
        "BLMPOP 0 1 K LEFT",
        "ZADD Z S M S M",
        "ZADD Z GT CH S M",
        "ZADD Z NX S M",
        "ZADD Z XX INCR S M",
        "ZADD Z LT S M S M",
        "ZINCRBY Z S M",
        "ZREM Z M M",
        "ZPOPMIN Z",
        "ZPOPMAX Z 2",
        "ZMPOP 2 Z Z MAX COUNT 3",
        "BZPOPMAX Z Z 0",
        "BZMPOP 0 2 Z Z MIN COUNT 2",
        "ZREMRANGEBYRANK Z 1 2",
        "ZREMRANGEBYSCORE Z 0 S",
        "ZREMRANGEBYLEX Z [b [d",
        "ZRANGESTORE Z Z 0 2",
        "ZRANGESTORE Z Z -inf S BYSCORE LIMIT 1 3",
        "ZUNIONSTORE Z 2 Z Z WEIGHTS S 0.1",
        "ZINTERSTORE Z 2 Z Z AGGREGATE MIN",
        "ZDIFFSTORE Z 2 Z Z",
        "ZADD K S M",
        "GEOADD Z 13.361389 38.115556 M",
        "GEOADD Z XX CH 15 S M",
        "GEOSEARCHSTORE Z Z FROMLONLAT 14 38 BYBOX 400 400 km",
        "GEORADIUS Z 13 38 900 km STORE Z",
        "GEORADIUS Z 13 38 900 km STOREDIST Z",
        "GEORADIUSBYMEMBER Z M 300 km STOREDIST Z"
    };
    private static final String[] HASH_FORMS = {
        "HSET H F V",
        "HSET H F V F V",
        "HMSET H F V",
        "HSETNX H F V",
        "HDEL H F",
        "HDEL H F F F",
        "HINCRBY H F 3",
        "HINCRBYFLOAT H F 0.5",
        "HGET H F",
        "HGETALL H",
        "HPEXPIRE H D FIELDS 2 F F",
        "HPEXPIRE H D FIELDS 1 F",
        "HPEXPIREAT H T FIELDS 1 F",
        "HPEXPIRE H D NX FIELDS 1 F",
        "HPERSIST H FIELDS 1 F",
        "PEXPIRE H D",
        "COPY H H REPLACE",
        "RENAME H H",
        "DEL H"
    };
    private static final String[] VALUES = {
        "1", "-5", "1.5", "word", "a value of more than forty-four bytes is held raw"
    };
    private static final String[] SET_FORMS = {
        "SADD E F F",
        "SADD E 1 2 3",
        "SADD E F",
        "SREM E F F",
        "SREM E 2",
        "SMOVE E E F",
        "SMOVE E E 1",
        "SPOP E",
        "SPOP E 2",
        "SPOP E 9",
        "SINTERSTORE E E E",
        "SUNIONSTORE E E E",
        "SDIFFSTORE E E E",
        "SMEMBERS E",
        "SORT E BY nosort STORE K",
        "SRANDMEMBER E",
        "PEXPIRE E D",
        "DEL E",
        "COPY E E REPLACE"
    };

    private static final String[] BIT_FORMS = {
        "SET B V",
        "SETBIT B 3 1",
        "SETBIT B 70 0",
        "SETBIT B 9 0",
        "BITOP AND B B B",
        "BITOP XOR B B B",
        "BITOP NOT B B",
        "BITFIELD B SET i5 7 D",
        "BITFIELD B INCRBY u3 #3 2 GET u8 0",
        "BITFIELD B OVERFLOW FAIL INCRBY u1 80 2",
        "PFADD P F F",
        "PFADD P",
        "PFADD P V",
        "PFCOUNT P",
        "PFCOUNT P P",
        "PFMERGE P P P",
        "PFDEBUG TODENSE P",
        "PEXPIRE P D",
        "COPY P P REPLACE",
        "DEL P"
    };

    private static final String[] STREAM_FORMS = {
        "XADD X * f V",
        "XADD X * f V g V",
        "XADD X I f V",
        "XADD X NOMKSTREAM * f V",
        "XADD X MAXLEN ~ 3 * f V",
        "XADD X MINID I * f V",
        "XTRIM X MAXLEN 4",
        "XTRIM X MINID ~ I",
        "XDEL X I I",
        "XDEL X I",
        "XSETID X I",
        "XGROUP CREATE X g 0 MKSTREAM",
        "XGROUP CREATE X h $ ENTRIESREAD 1",
        "XGROUP SETID X g I",
        "XGROUP SETID X g 0 ENTRIESREAD 0",
        "XGROUP DESTROY X h",
        "XGROUP CREATECONSUMER X g F",
        "XGROUP DELCONSUMER X g F",
        "XREADGROUP GROUP g F STREAMS X >",
        "XREADGROUP GROUP g F COUNT 2 STREAMS X >",
        "XREADGROUP GROUP h F NOACK STREAMS X >",
        "XREADGROUP GROUP g F STREAMS X X > 0",
        "XREADGROUP GROUP g F COUNT 1 STREAMS X I",
        "XACK X g I I",
        "XCLAIM X g F 0 I I",
        "XCLAIM X g F 5 I FORCE",
        "XCLAIM X g F 0 I I JUSTID FORCE RETRYCOUNT 3 IDLE 7",
        "XCLAIM X g F 0 I FORCE LASTID I",
        "XAUTOCLAIM X g F 0 0 COUNT 2",
        "XAUTOCLAIM X h F 3 I JUSTID",
        "XREAD STREAMS X 0",
        "COPY X X REPLACE",
        "RENAME X X",
        "PEXPIRE X D",
        "DEL X"
    };

    private static final String[] SCORES = {"1", "-0", "0.1", "2.5", "3", "7", "-inf", "1e17"};
    private static final String[] MEMBERS = {"a", "b", "c", "d", "e", "f", "g", "12", "member:".repeat(10)};

    private RandomCommand() {}

    static String[] draw(Random random, long nowMs) {
        String[][] all = {FORMS, HASH_FORMS, SET_FORMS, BIT_FORMS, STREAM_FORMS};
        String[] forms = all[random.nextInt(all.length)];
        String[] words = forms[random.nextInt(forms.length)].split(" ");
        for (int i = 1; i < words.length; i++) {
            words[i] = switch (words[i]) {
                case "K" -> "{t}" + random.nextInt(6);
                case "Z" -> "{t}z" + random.nextInt(4);
                case "S" -> SCORES[random.nextInt(SCORES.length)];
                case "M" -> MEMBERS[random.nextInt(MEMBERS.length)];
                case "H" -> "{t}h" + random.nextInt(random.nextInt(10) == 0 ? 6 : 3);
                case "E" -> "{t}s" + random.nextInt(random.nextInt(10) == 0 ? 6 : 3);
                case "B" -> "{t}" + random.nextInt(4);
                case "P" -> "{t}p" + random.nextInt(3);
                case "X" -> "{t}x" + random.nextInt(random.nextInt(10) == 0 ? 6 : 2);
                case "I" -> nowMs - random.nextInt(20) + "-" + random.nextInt(2);
                case "F" -> "f" + random.nextInt(5);
                case "V" -> VALUES[random.nextInt(VALUES.length)];
                case "D" -> Integer.toString(1 + random.nextInt(20));
                case "T" -> Long.toString(nowMs + random.nextInt(20) - 5);
                default -> words[i];
            };
        }
        return words;
    }
}
