package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Expirer;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.persistence.DumpPayload;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands say they did, and that doing it elsewhere and later gives the same keys. */
class EffectsTest {
    private static final long NOW_MS = PrimaryAndReplica.NOW_MS;

    private final PrimaryAndReplica nodes = new PrimaryAndReplica();
    private final Databases primary = nodes.primary;
    private final Databases replica = nodes.replica;
    private final List<String> effects = nodes.effects;

    private String run(String... words) {
        return nodes.run(words);
    }

    private void runAll(String commands) {
        nodes.runAll(commands);
    }

    private void assertSameKeys() {
        nodes.assertSameKeys();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            SET {t}a 1                          | SET {t}a 1
            SET {t}a 1 EX 10                    | SET {t}a 1 PXAT 1700000010000
            SET {t}a 1 NX GET PX 5              | SET {t}a 1 PXAT 1700000000005
            SET {t}a 1 XX                       |
            SET {t}b 1 NX                       |
            SET {t}b 1 XX GET                   | SET {t}b 1
            SET {t}b 1 KEEPTTL                  | SET {t}b 1 KEEPTTL
            SETEX {t}a 10 v                     | SET {t}a v PXAT 1700000010000
            PSETEX {t}a 10 v                    | SET {t}a v PXAT 1700000000010
            SETNX {t}a v                        | SET {t}a v
            SETNX {t}b v                        |
            GETSET {t}b v                       | SET {t}b v
            GETDEL {t}b                         | DEL {t}b
            GETDEL {t}a                         |
            GETEX {t}b                          |
            GETEX {t}b EX 10                    | PEXPIREAT {t}b 1700000010000
            GETEX {t}b PXAT 5                   | DEL {t}b
            GETEX {t}b PERSIST                  |
            GETEX {t}x PERSIST                  | PERSIST {t}x
            INCR {t}b                           | INCR {t}b
            INCRBYFLOAT {t}b 0.5                | SET {t}b 1.5 KEEPTTL
            APPEND {t}b z                       | APPEND {t}b z
            SETRANGE {t}b 3 z                   | SETRANGE {t}b 3 z
            SETRANGE {t}b 3 ''                  | SETRANGE {t}b 3 ''
            MSETNX {t}a 1 {t}c 2                | MSET {t}a 1 {t}c 2
            MSETNX {t}a 1 {t}b 2                |
            DEL {t}a {t}b                       | DEL {t}b
            UNLINK {t}b {t}x                    | DEL {t}b {t}x
            DEL {t}a                            |
            EXPIRE {t}b 10                      | PEXPIREAT {t}b 1700000010000
            EXPIRE {t}b -1                      | DEL {t}b
            EXPIRE {t}b 10 XX                   |
            EXPIREAT {t}b 1800000000 NX         | PEXPIREAT {t}b 1800000000000
            PERSIST {t}x                        | PERSIST {t}x
            PERSIST {t}b                        |
            RENAME {t}b {t}b                    |
            RENAME {t}b {t}x                    | RENAME {t}b {t}x
            RENAMENX {t}b {t}x                  |
            COPY {t}b {t}x                      |
            COPY {t}b {t}x REPLACE              | COPY {t}b {t}x REPLACE
            INCR {t}x                           |
            GET {t}b                            |
            LPUSH {t}n a b                      | LPUSH {t}n a b
            RPUSHX {t}n a                       |
            LPOP {t}l                           | LPOP {t}l
            RPOP {t}l 5                         | RPOP {t}l 5
            LPOP {t}l 0                         |
            LSET {t}l 1 x                       | LSET {t}l 1 x
            LINSERT {t}l AFTER b x              | LINSERT {t}l AFTER b x
            LINSERT {t}l AFTER none x           |
            LREM {t}l 0 b                       | LREM {t}l 0 b
            LREM {t}l 0 none                    |
            LTRIM {t}l 1 1                      | LTRIM {t}l 1 1
            LTRIM {t}l 5 1                      | LTRIM {t}l 5 1
            LTRIM {t}l 0 -1                     |
            LMOVE {t}l {t}l LEFT RIGHT          | LMOVE {t}l {t}l LEFT RIGHT
            LMOVE {t}l {t}n RIGHT LEFT          | LMOVE {t}l {t}n RIGHT LEFT
            LMOVE {t}n {t}l RIGHT LEFT          |
            RPOPLPUSH {t}l {t}n                 | RPOPLPUSH {t}l {t}n
            LMPOP 2 {t}n {t}l LEFT              | LPOP {t}l 1
            LMPOP 2 {t}n {t}l RIGHT COUNT 9     | RPOP {t}l 3
            BLPOP {t}n {t}l 0                   | LPOP {t}l
            BRPOP {t}l {t}l 0                   | RPOP {t}l
            BLMOVE {t}l {t}n LEFT RIGHT 0       | LMOVE {t}l {t}n LEFT RIGHT
            BRPOPLPUSH {t}l {t}n 0              | RPOPLPUSH {t}l {t}n
            BLMPOP 0 2 {t}n {t}l LEFT COUNT 2   | LPOP {t}l 2
            BLPOP {t}n 0                        |
            SETBIT {t}b 3 1                     |
            SETBIT {t}b 4 1                     | SETBIT {t}b 4 1
            SETBIT {t}a 100 0                   | SETBIT {t}a 100 0
            GETBIT {t}b 3                       |
            BITOP NOT {t}a {t}b                 | BITOP NOT {t}a {t}b
            BITOP OR {t}b {t}c {t}c             | BITOP OR {t}b {t}c {t}c
            BITOP OR {t}a {t}c                  |
            BITFIELD {t}b GET u8 0              |
            BITFIELD {t}b SET u8 0 49           |
            BITFIELD {t}b INCRBY u8 0 1         | BITFIELD {t}b INCRBY u8 0 1
            BITFIELD {t}a OVERFLOW FAIL SET u1 9 2 | BITFIELD {t}a OVERFLOW FAIL SET u1 9 2
            BITFIELD_RO {t}b GET u8 0           |
            PFADD {t}a                          | PFADD {t}a
            PFADD {t}p a b                      |
            PFADD {t}p a z                      | PFADD {t}p a z
            PFCOUNT {t}p                        | PFCOUNT {t}p
            PFCOUNT {t}p {t}p                   |
            PFCOUNT {t}c                        |
            PFMERGE {t}a {t}p                   | PFMERGE {t}a {t}p
            PFDEBUG TODENSE {t}p                | PFDEBUG TODENSE {t}p
            PFDEBUG GETREG {t}p                 | PFDEBUG TODENSE {t}p
            PFDEBUG DECODE {t}p                 |
            PFSELFTEST                          |
            RENAME {t}l {t}n                    | RENAME {t}l {t}n
            COPY {t}l {t}n                      | COPY {t}l {t}n
            HSET {t}h f 2 g 3                   | HSET {t}h f 2 g 3
            HSETNX {t}h f 2                     |
            HSETNX {t}h g 2                     | HSETNX {t}h g 2
            HINCRBY {t}h f 2                    | HINCRBY {t}h f 2
            HINCRBYFLOAT {t}h f 0.5             | HSET {t}h f 1.5
            HINCRBYFLOAT {t}b f 0.5             |
            HDEL {t}h x                         |
            HDEL {t}h x f                       | HDEL {t}h x f
            HSET {t}b f 1                       |
            HEXPIRE {t}h 10 FIELDS 2 f x        | HPEXPIREAT {t}h 1700000010000 FIELDS 1 f
            HEXPIRE {t}h 10 XX FIELDS 1 f       |
            HPEXPIREAT {t}h 5 FIELDS 2 f f      | HDEL {t}h f
            HPERSIST {t}h FIELDS 1 f            |
            HTTL {t}h FIELDS 1 f                |
            SADD {t}s a b                       | SADD {t}s a b
            SADD {t}s a                         |
            SREM {t}s b                         |
            SREM {t}s a b                       | SREM {t}s a b
            SPOP {t}s                           | SREM {t}s a
            SPOP {t}s 1                         | DEL {t}s
            SPOP {t}s 0                         |
            SPOP {t}n 0                         |
            SMOVE {t}s {t}n a                   | SMOVE {t}s {t}n a
            SMOVE {t}s {t}n b                   |
            SMOVE {t}s {t}s a                   |
            SUNIONSTORE {t}n {t}s               | SUNIONSTORE {t}n {t}s
            SINTERSTORE {t}n {t}s {t}n          |
            SINTERSTORE {t}b {t}n               | SINTERSTORE {t}b {t}n
            SRANDMEMBER {t}s                    |
            ZADD {t}a 1 m                       | ZADD {t}a 1 m
            ZADD {t}a XX 1 m                    |
            ZADD {t}z NX 5 a 4 d                | ZADD {t}z NX 5 a 4 d
            ZADD {t}z GT 1 b                    |
            ZADD {t}z INCR 0 a                  |
            ZADD {t}z INCR 0.1 a                | ZADD {t}z INCR 0.1 a
            ZINCRBY {t}z 2 a                    | ZINCRBY {t}z 2 a
            ZREM {t}z a x                       | ZREM {t}z a x
            ZREM {t}z x                         |
            ZPOPMIN {t}z                        | ZPOPMIN {t}z 1
            ZPOPMIN {t}z 0                      |
            ZPOPMAX {t}z 99                     | ZPOPMAX {t}z 3
            ZPOPMAX {t}a 99                     |
            ZMPOP 2 {t}a {t}z MAX COUNT 2       | ZPOPMAX {t}z 2
            ZMPOP 1 {t}a MIN                    |
            BZPOPMIN {t}a {t}z 0                | ZPOPMIN {t}z 1
            BZPOPMAX {t}z 0                     | ZPOPMAX {t}z 1
            BZMPOP 0 2 {t}a {t}z MIN COUNT 9    | ZPOPMIN {t}z 3
            BZPOPMIN {t}a 0                     |
            ZREMRANGEBYRANK {t}z 0 1            | ZREMRANGEBYRANK {t}z 0 1
            ZREMRANGEBYSCORE {t}z 8 9           |
            ZREMRANGEBYLEX {t}z - +             | ZREMRANGEBYLEX {t}z - +
            ZRANGESTORE {t}a {t}z 0 1           | ZRANGESTORE {t}a {t}z 0 1
            ZRANGESTORE {t}a {t}z 8 9           |
            ZRANGESTORE {t}b {t}z 8 9           | ZRANGESTORE {t}b {t}z 8 9
            ZUNIONSTORE {t}a 1 {t}z             | ZUNIONSTORE {t}a 1 {t}z
            ZINTERSTORE {t}a 2 {t}z {t}c        |
            ZDIFFSTORE {t}x 2 {t}z {t}z         | ZDIFFSTORE {t}x 2 {t}z {t}z
            ZRANDMEMBER {t}z 2                  |
            SORT {t}l ALPHA                     |
            SORT {t}l ALPHA DESC STORE {t}n     | RPUSH {t}n c b a
            SORT {t}z BY nosort STORE {t}n      | RPUSH {t}n a b c
            SORT {t}n STORE {t}x                | DEL {t}x
            SORT {t}n STORE {t}a                |
            GEOADD {t}z CH 13.361389 38.115556 Palermo | ZADD {t}z CH 3479099956230698 Palermo
            GEOADD {t}z XX 13.361389 38.115556 Palermo |
            GEOSEARCHSTORE {t}a {t}g FROMLONLAT 13 38 BYRADIUS 99 km | GEOSEARCHSTORE {t}a {t}g FROMLONLAT 13 38 BYRADIUS 99 km
            GEORADIUS {t}g 13 38 99 km STORE {t}a | GEORADIUS {t}g 13 38 99 km STORE {t}a
            GEORADIUS {t}g 13 38 99 km          |
            GEORADIUSBYMEMBER {t}g P 1 m STOREDIST {t}a | GEORADIUSBYMEMBER {t}g P 1 m STOREDIST {t}a
            XADD {t}q * f v                     | XADD {t}q 1700000000000-0 f v
            XADD {t}q 9-* f v                   | XADD {t}q 9-0 f v
            XADD {t}q 4-1 f v                   | XADD {t}q 4-1 f v
            XADD {t}q 3-* f v                   | XADD {t}q 3-1 f v
            XADD {t}q 2-1 f v                   |
            XADD {t}n NOMKSTREAM * f v          |
            XADD {t}q NOMKSTREAM MAXLEN = 2 5 f v | XADD {t}q NOMKSTREAM MAXLEN = 2 5 f v
            XADD {t}q MAXLEN ~ 2 LIMIT 9 5-5 f v | XADD {t}q MAXLEN = 4 LIMIT 9 5-5 f v
            XADD {t}q MINID ~ 3 * f v           | XADD {t}q MINID = 1-0 1700000000000-0 f v
            XTRIM {t}q MAXLEN 2                 | XTRIM {t}q MAXLEN 2
            XTRIM {t}q MAXLEN ~ 0               | XTRIM {t}q MAXLEN = 0
            XTRIM {t}q MAXLEN ~ 1               |
            XTRIM {t}q MINID ~ 9                | XTRIM {t}q MINID = 18446744073709551615-18446744073709551615
            XDEL {t}q 7 1                       | XDEL {t}q 7 1
            XDEL {t}q 7                         |
            XSETID {t}q 9-0 ENTRIESADDED 12     | XSETID {t}q 9-0 ENTRIESADDED 12
            XREAD STREAMS {t}q 0                |
            XREADGROUP GROUP g c STREAMS {t}q > | XCLAIM {t}q g c 0 2-0 3-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0
            XREADGROUP GROUP g c COUNT 1 STREAMS {t}q > | XCLAIM {t}q g c 0 2-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 2-0
            XREADGROUP GROUP g d NOACK STREAMS {t}q > | XGROUP SETID {t}q g 3-0 ENTRIESREAD 3
            XREADGROUP GROUP g d STREAMS {t}q 0 | XCLAIM {t}q g d 0 1-0 TIME 1700000000000 RETRYCOUNT 2 FORCE JUSTID LASTID 1-0
            XREADGROUP GROUP h d BLOCK 0 STREAMS {t}q > | XGROUP CREATECONSUMER {t}q h d
            XREADGROUP GROUP h c BLOCK 0 STREAMS {t}q > |
            XACK {t}q g 1 2                     | XACK {t}q g 1 2
            XACK {t}q g 2                       |
            XCLAIM {t}q g c 0 1 2               | XCLAIM {t}q g c 0 1-0 TIME 1700000000000 RETRYCOUNT 2 FORCE JUSTID LASTID 1-0
            XCLAIM {t}q g c 0 3 FORCE JUSTID IDLE 5 | XCLAIM {t}q g c 0 3-0 TIME 1699999999995 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0
            XCLAIM {t}q g x 9 1                 | XGROUP CREATECONSUMER {t}q g x
            XCLAIM {t}q g d 9 1                 |
            XAUTOCLAIM {t}q g c 0 0 JUSTID      | XCLAIM {t}q g c 0 1-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0
            XGROUP CREATE {t}q i $              | XGROUP CREATE {t}q i $
            XGROUP CREATE {t}n i $ MKSTREAM     | XGROUP CREATE {t}n i $ MKSTREAM
            XGROUP SETID {t}q g 0               | XGROUP SETID {t}q g 0
            XGROUP DESTROY {t}q i               |
            XGROUP DESTROY {t}q g               | XGROUP DESTROY {t}q g
            XGROUP CREATECONSUMER {t}q g x      | XGROUP CREATECONSUMER {t}q g x
            XGROUP CREATECONSUMER {t}q g d      |
            XGROUP DELCONSUMER {t}q g d         | XGROUP DELCONSUMER {t}q g d
            """)
    void commandsPropagateWhatTheyDid(String command, String effect) {
        runAll("SET {t}b 1; SET {t}x word EX 100; RPUSH {t}l a b c; HSET {t}h f 1; SADD {t}s a");
        runAll("ZADD {t}z 1 a 2 b 3 c; GEOADD {t}g 13.361389 38.115556 P; PFADD {t}p a b");
        runAll("XADD {t}q 1 f a; XADD {t}q 2 f b; XADD {t}q 3 f c; XGROUP CREATE {t}q g 0; XGROUP CREATE {t}q h 3");
        runAll("XREADGROUP GROUP g d COUNT 1 STREAMS {t}q >; XGROUP CREATECONSUMER {t}q h c");
        effects.clear();
        run(command.split(" "));
        assertEquals(effect == null ? List.of() : List.of(effect), effects);
        assertSameKeys();
    }

    @Test
    void restorePropagatesAnAbsoluteExpiryAndNoCondition() {
        run("SET", "{t}a", "hello");
        byte[] payload = DumpPayload.of(Ascii.bytes("hello"));
        effects.clear();
        assertEquals("+OK\r\n", run("RESTORE", "{t}b", "10", Ascii.string(payload), "IDLETIME", "5"));
        String expected = "RESTORE {t}b 1700000000010 " + Ascii.string(payload) + " REPLACE ABSTTL";
        assertEquals(List.of(expected), effects);
        effects.clear();
        assertEquals("+OK\r\n", run("RESTORE", "{t}b", "10", Ascii.string(payload), "ABSTTL", "REPLACE"));
        assertEquals(List.of("DEL {t}b"), effects);
        assertSameKeys();
    }

    @Test
    void whatSortStoresTakesThePlaceOfWhatWasThereInPiecesOfBoundedSize() {
        runAll("SET {t}x old EX 100; SADD {t}e b a");
        effects.clear();
        run("SORT", "{t}e", "BY", "nosort", "STORE", "{t}x");
        assertEquals(List.of("DEL {t}x", "RPUSH {t}x a b"), effects);
        assertSameKeys();
        run(Stream.concat(
                        Stream.of("RPUSH", "{t}many"), IntStream.range(0, 2500).mapToObj(i -> "1"))
                .toArray(String[]::new));
        effects.clear();
        assertEquals(":2500\r\n", run("SORT", "{t}many", "STORE", "{t}many"));
        assertEquals(
                List.of("DEL {t}many", "RPUSH {t}many 1", "RPUSH {t}many 1", "RPUSH {t}many 1"),
                effects.stream()
                        .map(effect -> effect.replaceFirst("(RPUSH \\S+ 1).*", "$1"))
                        .toList());
        assertSameKeys();
    }

    @Test
    void fieldsPastTheirTimeAreRemovedEverywhereBeforeACommandMeetsThem() {
        runAll("HSET {t}e f 1 g 2 h 3; HPEXPIRE {t}e 5 FIELDS 1 f; HPEXPIRE {t}e 9 FIELDS 1 g");
        effects.clear();
        assertEquals("$3\r\n1.5\r\n", run("HINCRBYFLOAT", "{t}e", "f", "0.5"));
        assertEquals(List.of("HSET {t}e f 1.5", "HPEXPIREAT {t}e " + (NOW_MS + 5) + " FIELDS 1 f"), effects);
        assertSameKeys();
        nodes.nowMs += 6;
        effects.clear();
        assertEquals(":1\r\n", run("HINCRBY", "{t}e", "f", "1"));
        assertEquals(List.of("HDEL {t}e f", "HINCRBY {t}e f 1"), effects);
        assertSameKeys();
        nodes.nowMs += 6;
        effects.clear();
        assertEquals(":2\r\n", run("HLEN", "{t}e"));
        assertEquals(List.of("HDEL {t}e g"), effects);
        runAll("HPEXPIRE {t}e 1 FIELDS 2 f h");
        nodes.nowMs += 2;
        effects.clear();
        assertEquals("+none\r\n", run("TYPE", "{t}e"));
        assertEquals(1, effects.size());
        assertSameKeys();
    }

    /** More than one command removes at once: what is left over is neither seen nor counted, and can be written. */
    @Test
    void aHashWithVeryManyExpiredFieldsShowsNone() {
        String[] fields = IntStream.range(0, 2000).mapToObj(i -> "f" + i).toArray(String[]::new);
        String[] words = Stream.concat(
                        Stream.of("HSET", "{t}e", "last", "1"),
                        Stream.of(fields).flatMap(f -> Stream.of(f, "7")))
                .toArray(String[]::new);
        run(words);
        run(Stream.concat(Stream.of("HPEXPIRE", "{t}e", "5", "FIELDS", "2000"), Stream.of(fields))
                .toArray(String[]::new));
        nodes.nowMs += 6;
        assertEquals(":1\r\n", run("HLEN", "{t}e"));
        assertEquals("*2\r\n$4\r\nlast\r\n$1\r\n1\r\n", run("HGETALL", "{t}e"));
        String last = fields[1999];
        assertEquals("$-1\r\n", run("HGET", "{t}e", last));
        assertEquals(":0\r\n", run("HEXISTS", "{t}e", last));
        assertEquals("*1\r\n:-2\r\n", run("HTTL", "{t}e", "FIELDS", "1", last));
        assertEquals("$4\r\nlast\r\n", run("HRANDFIELD", "{t}e"));
        assertEquals(":1\r\n", run("HINCRBY", "{t}e", fields[1998], "1"));
        assertEquals(":0\r\n", run("HDEL", "{t}e", last));
        assertEquals(":2\r\n", run("HLEN", "{t}e"));
        assertSameKeys();
    }

    @Test
    void fieldsExpireInTheBackground() {
        runAll("HSET {t}e f 1 g 2; HPEXPIRE {t}e 5 FIELDS 1 f; HSET {t}d f 1; HPEXPIRE {t}d 9 FIELDS 1 f");
        Expirer expirer = new Expirer(primary, () -> nodes.nowMs, (slot, expired, atMs) -> {
            nodes.call.begin(null, primary.get(0), new ReplyWriter(0), atMs);
            nodes.call.locked(slot, slot);
            expired.forEach(entry -> nodes.call.expiry().removeAny(slot, entry));
            nodes.call.commit();
        });
        nodes.nowMs += 5;
        effects.clear();
        assertEquals(0, expirer.run(1_000_000_000));
        nodes.nowMs += 1;
        assertEquals(1, expirer.run(1_000_000_000));
        assertEquals(List.of("HDEL {t}e f"), effects);
        nodes.nowMs += 4;
        assertEquals(1, expirer.run(1_000_000_000));
        assertEquals(List.of("HDEL {t}e f", "HDEL {t}d f"), effects);
        assertSameKeys();
        nodes.nowMs += 1_000_000;
        assertEquals(0, expirer.run(1_000_000_000));
    }

    @Test
    void poppedMembersAreNamedInSeveralEffectsWhenTheyAreMany() {
        run(Stream.concat(Stream.of("SADD", "{t}many"), IntStream.range(0, 2500).mapToObj(i -> "m" + i))
                .toArray(String[]::new));
        effects.clear();
        run("SPOP", "{t}many", "2400");
        assertEquals(
                List.of(1026, 1026, 354),
                effects.stream().map(effect -> effect.split(" ").length).toList());
        assertSameKeys();
    }

    @Test
    void deliveredEntriesAreNamedInSeveralEffectsWhenTheyAreMany() {
        for (int i = 0; i < 2500; i++) {
            run("XADD", "{t}many", "*", "f", "v");
        }
        run("XGROUP", "CREATE", "{t}many", "g", "0", "ENTRIESREAD", "0");
        effects.clear();
        run("XREADGROUP", "GROUP", "g", "c", "STREAMS", "{t}many", ">");
        assertEquals(
                List.of(1037, 1037, 465),
                effects.stream().map(effect -> effect.split(" ").length).toList());
        assertSameKeys();
        runAll("XTRIM {t}many MAXLEN 0");
        effects.clear();
        run("XAUTOCLAIM", "{t}many", "g", "d", "0", "0", "COUNT", "5000");
        assertEquals(
                List.of("XGROUP", "XACK", "XACK", "XACK"),
                effects.stream().map(effect -> effect.split(" ")[0]).toList());
        assertSameKeys();
    }

    /** What a group has read is counted by replicas themselves, from the entries that they are told it got. */
    @Test
    void aGroupSetOnByHandIsNotTakenForOneThatHasRead() {
        runAll("XADD {t}q 1 f a; XADD {t}q 2 f b; XADD {t}q 3 f c; XGROUP CREATE {t}q g 0 ENTRIESREAD 0");
        effects.clear();
        run("XCLAIM", "{t}q", "g", "c", "0", "1", "FORCE", "JUSTID", "LASTID", "2");
        assertEquals(
                List.of(
                        "XGROUP SETID {t}q g 2-0 ENTRIESREAD 0",
                        "XCLAIM {t}q g c 0 1-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 2-0"),
                effects);
        assertSameKeys();
        run("XCLAIM", "{t}q", "g", "c", "0", "3", "FORCE", "JUSTID");
        assertSameKeys();
        run("XREADGROUP", "GROUP", "g", "c", "STREAMS", "{t}q", ">");
        assertSameKeys();
    }

    @Test
    void meetingAnExpiredKeyRemovesItEverywhereFirst() {
        runAll("SET {t}a 1 PX 5; SET {t}b 2");
        nodes.nowMs += 6;
        effects.clear();
        assertEquals("$-1\r\n", run("GET", "{t}a"));
        assertEquals(List.of("DEL {t}a"), effects);
        runAll("SET {t}a 1 PX 5");
        nodes.nowMs += 6;
        effects.clear();
        run("RENAME", "{t}b", "{t}a");
        assertEquals(List.of("DEL {t}a", "RENAME {t}b {t}a"), effects);
        assertSameKeys();
    }

    @Test
    void aReplayedFlushEmptiesItsSlotAlone() {
        runAll("SET {t}a 1; SET {t}b 2");
        Slot other = replica.get(0).slotOf(Ascii.bytes("elsewhere"));
        other.lock();
        other.add(Ascii.bytes("elsewhere"), 1L);
        other.unlock();
        effects.clear();
        run("FLUSHALL");
        assertEquals(List.of("FLUSHDB"), effects);
        assertEquals(0, replica.get(0).slotOf(Ascii.bytes("{t}")).size());
        assertEquals(1, other.size());
    }

    @Test
    void aSlotBeingHandedOverIsNeitherFlushedNorPassedOver() {
        runAll("SET {t}a 1");
        Slot slot = primary.get(0).slotOf(Ascii.bytes("{t}"));
        slot.lock();
        slot.become(Slot.Role.PARKED, true);
        slot.unlock();
        effects.clear();
        assertEquals(
                slot,
                assertThrows(SlotParkedException.class, () -> run("FLUSHALL")).slot());
        assertThrows(SlotParkedException.class, () -> run("KEYS", "*"));
        assertThrows(SlotParkedException.class, () -> run("SCAN", "0"));
        assertEquals(List.of(), effects);
        assertEquals(1, slot.size());
    }

    @Property(tries = 300)
    void aReplicaThatReplaysTheEffectsHoldsTheSameKeys(@ForAll long seed) {
        runAll("FLUSHALL");
        Random random = new Random(seed);
        for (int i = 0; i < 120; i++) {
            run(RandomCommand.draw(random, nodes.nowMs));
            nodes.nowMs += random.nextInt(3);
            assertSameKeys();
            nodes.assertMemoryIsAccountedFor();
        }
    }

    /** Who comes back must not bring back an older value than what is known here of the key. */
    @Test
    void theDeletionOfAKeyThatIsNotThereCountsWhileOthersMayHoldIt() {
        Graveyard graveyard = new Graveyard();
        primary.get(0).keepTombstones(graveyard);
        replica.get(0).keepTombstones(new Graveyard());
        byte[] key = Ascii.bytes("{t}a");
        Slot slot = primary.get(0).slotOf(key);

        assertEquals(":0\r\n", run("DEL", "{t}a"));
        assertEquals(List.of(), effects);
        assertEquals(0, slot.deletedAt(key));

        graveyard.othersMayHoldMore(true);
        assertEquals(":0\r\n", run("DEL", "{t}a"));
        assertEquals(List.of("DEL {t}a"), effects);
        assertTrue(slot.deletedAt(key) > 0);
        assertEquals(slot.deletedAt(key), replica.get(0).slotOf(key).deletedAt(key));
    }
}
